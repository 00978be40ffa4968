//! What is understood in which language: the table of `docs/quality.md`.
//!
//! One session in each language says the same: a promise with its day, a request with its day, a
//! decision, and a question that stays open. What is found must be whole; nothing else may be
//! found.

use super::tests::{check, session};
use debrief_domain::transcript::content::Role;

/// The table in the documentation; it lies between these two lines.
const DOCUMENT: &str = include_str!("../../../docs/quality.md");
const BEGIN: &str = "<!-- languages: begin -->\n";
const END: &str = "<!-- languages: end -->";

struct Spoken {
    language: &'static str,
    code: &'static str,
    /// What the coach and the client say, in turn.
    turns: [&'static str; 8],
    promise: (&'static str, &'static str),
    request: (&'static str, &'static str),
    decision: &'static str,
    open: &'static str,
}

const ALL: &[Spoken] = &[
    Spoken {
        language: "Arabic",
        code: "ar",
        turns: [
            "ما الذي يشغلك في موضوع الحديقة هذا الشهر؟",
            "الحديقة تأخذ كل وقتي في عطلة نهاية الأسبوع ولا أرتاح.",
            "وماذا تقول أختك عن الحديقة؟",
            "قررت أن أترك الحديقة لأختي هذا الصيف.",
            "هل يمكنك أن ترسلي لي خطة الحديقة قبل يوم الخميس؟",
            "نعم بالتأكيد. سأكتب رسالة طويلة إلى أختي غدا.",
            "وماذا سيحدث للحديقة إذا سافرت أختك في الشتاء؟",
            "لا أعرف بعد.",
        ],
        promise: ("سأكتب رسالة طويلة إلى أختي غدا.", "غدا"),
        request: ("هل يمكنك أن ترسلي لي خطة الحديقة قبل يوم الخميس؟", "قبل يوم الخميس"),
        decision: "قررت أن أترك الحديقة لأختي هذا الصيف.",
        open: "وماذا سيحدث للحديقة إذا سافرت أختك في الشتاء؟",
    },
    Spoken {
        language: "Chinese",
        code: "zh",
        turns: [
            "这个月花园的事情为什么让你这么累？",
            "花园占用了我所有的周末，我一直没有休息。",
            "你的妹妹觉得花园怎么样？",
            "我决定今年夏天把花园交给妹妹。",
            "你能不能周四之前把花园的计划发给我？",
            "没问题。我会明天写一封长信给妹妹。",
            "如果你的妹妹冬天去旅行，花园怎么办？",
            "我还不知道。",
        ],
        promise: ("我会明天写一封长信给妹妹。", "明天"),
        request: ("你能不能周四之前把花园的计划发给我？", "周四"),
        decision: "我决定今年夏天把花园交给妹妹。",
        open: "如果你的妹妹冬天去旅行，花园怎么办？",
    },
    Spoken {
        language: "Dutch",
        code: "nl",
        turns: [
            "Waarom kost de moestuin je deze maand zoveel energie?",
            "De moestuin neemt mijn hele weekend in beslag en ik rust nooit uit.",
            "Hoe denkt je zus over de moestuin?",
            "Ik heb besloten de moestuin deze zomer aan mijn zus over te laten.",
            "Kun je mij voor donderdag het plan van de moestuin sturen?",
            "Ja, graag. Ik zal morgen een lange brief aan mijn zus schrijven.",
            "Wat gebeurt er met de moestuin als je zus in de winter op reis gaat?",
            "Dat weet ik nog niet.",
        ],
        promise: ("Ik zal morgen een lange brief aan mijn zus schrijven.", "morgen"),
        request: ("Kun je mij voor donderdag het plan van de moestuin sturen?", "voor donderdag"),
        decision: "Ik heb besloten de moestuin deze zomer aan mijn zus over te laten.",
        open: "Wat gebeurt er met de moestuin als je zus in de winter op reis gaat?",
    },
    Spoken {
        language: "English",
        code: "en",
        turns: [
            "Why does the garden cost you so much this month?",
            "The garden takes my whole weekend and I never rest.",
            "How does your sister feel about the garden?",
            "I've decided to leave the garden to my sister this summer.",
            "Can you send me the plan of the garden before Thursday?",
            "Sure. I'll write a long letter to my sister tomorrow.",
            "What happens to the garden if your sister travels in winter?",
            "I don't know yet.",
        ],
        promise: ("I'll write a long letter to my sister tomorrow.", "tomorrow"),
        request: ("Can you send me the plan of the garden before Thursday?", "before Thursday"),
        decision: "I've decided to leave the garden to my sister this summer.",
        open: "What happens to the garden if your sister travels in winter?",
    },
    Spoken {
        language: "French",
        code: "fr",
        turns: [
            "Pourquoi le potager te coûte autant d'énergie ce mois-ci ?",
            "Le potager prend tout mon week-end et je ne me repose jamais.",
            "Comment ta sœur voit-elle le potager ?",
            "J'ai décidé de laisser le potager à ma sœur cet été.",
            "Peux-tu m'envoyer le plan du potager avant jeudi ?",
            "Bien sûr. J'enverrai une longue lettre à ma sœur demain.",
            "Que devient le potager si ta sœur voyage en hiver ?",
            "Je ne sais pas encore.",
        ],
        promise: ("J'enverrai une longue lettre à ma sœur demain.", "demain"),
        request: ("Peux-tu m'envoyer le plan du potager avant jeudi ?", "avant jeudi"),
        decision: "J'ai décidé de laisser le potager à ma sœur cet été.",
        open: "Que devient le potager si ta sœur voyage en hiver ?",
    },
    Spoken {
        language: "German",
        code: "de",
        turns: [
            "Warum kostet dich der Garten diesen Monat so viel Kraft?",
            "Der Garten nimmt mein ganzes Wochenende ein und ich ruhe mich nie aus.",
            "Wie sieht deine Schwester den Garten?",
            "Ich habe mich entschieden, den Garten im Sommer meiner Schwester zu lassen.",
            "Kannst du mir bis Donnerstag den Plan des Gartens schicken?",
            "Ja, gerne. Ich werde morgen meiner Schwester einen langen Brief schreiben.",
            "Was wird aus dem Garten, wenn deine Schwester im Winter verreist?",
            "Das weiß ich noch nicht.",
        ],
        promise: ("Ich werde morgen meiner Schwester einen langen Brief schreiben.", "morgen"),
        request: ("Kannst du mir bis Donnerstag den Plan des Gartens schicken?", "bis Donnerstag"),
        decision: "Ich habe mich entschieden, den Garten im Sommer meiner Schwester zu lassen.",
        open: "Was wird aus dem Garten, wenn deine Schwester im Winter verreist?",
    },
    Spoken {
        language: "Hebrew",
        code: "he",
        turns: [
            "למה הגינה לוקחת ממך כל כך הרבה כוח החודש?",
            "הגינה תופסת לי את כל סוף השבוע ואני אף פעם לא נחה.",
            "איך אחותך רואה את הגינה?",
            "החלטתי להשאיר את הגינה לאחותי בקיץ הזה.",
            "את יכולה לשלוח לי את התוכנית של הגינה עד יום חמישי?",
            "כן, בטח. אני אכתוב לאחותי מכתב ארוך מחר.",
            "מה יקרה לגינה אם אחותך תיסע בחורף?",
            "אני עדיין לא יודעת.",
        ],
        promise: ("אני אכתוב לאחותי מכתב ארוך מחר.", "מחר"),
        request: ("את יכולה לשלוח לי את התוכנית של הגינה עד יום חמישי?", "עד יום חמישי"),
        decision: "החלטתי להשאיר את הגינה לאחותי בקיץ הזה.",
        open: "מה יקרה לגינה אם אחותך תיסע בחורף?",
    },
    Spoken {
        language: "Hindi",
        code: "hi",
        turns: [
            "इस महीने बगीचा आपकी इतनी ताकत क्यों लेता है?",
            "बगीचा मेरा पूरा सप्ताहांत ले लेता है और आराम नहीं मिलता।",
            "आपकी बहन बगीचे को कैसे देखती है?",
            "मैंने फैसला किया कि इस गर्मी में बगीचा बहन संभालेगी।",
            "क्या आप मुझे गुरुवार तक बगीचे की योजना भेज सकते हैं?",
            "ठीक है। मैं कल अपनी बहन को लंबा पत्र लिखूंगा।",
            "अगर आपकी बहन सर्दियों में यात्रा करे तो बगीचे का क्या होगा?",
            "अभी पता नहीं।",
        ],
        promise: ("मैं कल अपनी बहन को लंबा पत्र लिखूंगा।", "कल"),
        request: ("क्या आप मुझे गुरुवार तक बगीचे की योजना भेज सकते हैं?", "गुरुवार"),
        decision: "मैंने फैसला किया कि इस गर्मी में बगीचा बहन संभालेगी।",
        open: "अगर आपकी बहन सर्दियों में यात्रा करे तो बगीचे का क्या होगा?",
    },
    Spoken {
        language: "Italian",
        code: "it",
        turns: [
            "Perché l'orto ti costa così tanta energia questo mese?",
            "L'orto prende tutto il mio fine settimana e non riposo mai.",
            "Come vede l'orto tua sorella?",
            "Ho deciso di lasciare l'orto a mia sorella quest'estate.",
            "Puoi mandarmi il piano dell'orto entro giovedì?",
            "Certo. Scriverò una lunga lettera a mia sorella domani.",
            "Che succede all'orto se tua sorella viaggia in inverno?",
            "Non lo so ancora.",
        ],
        promise: ("Scriverò una lunga lettera a mia sorella domani.", "domani"),
        request: ("Puoi mandarmi il piano dell'orto entro giovedì?", "entro giovedì"),
        decision: "Ho deciso di lasciare l'orto a mia sorella quest'estate.",
        open: "Che succede all'orto se tua sorella viaggia in inverno?",
    },
    Spoken {
        language: "Japanese",
        code: "ja",
        turns: [
            "今月はなぜ菜園にそんなに力を使うのですか？",
            "菜園で週末が全部なくなり、休む時間がありません。",
            "妹さんは菜園をどう見ていますか？",
            "今年の夏は菜園を妹に任せることにしました。",
            "木曜日までに菜園の計画を送ってください。",
            "明日、妹に長い手紙を書きます。",
            "冬に妹さんが旅行に行ったら菜園はどうなりますか？",
            "まだわかりません。",
        ],
        promise: ("明日、妹に長い手紙を書きます。", "明日"),
        request: ("木曜日までに菜園の計画を送ってください。", "木曜日"),
        decision: "今年の夏は菜園を妹に任せることにしました。",
        open: "冬に妹さんが旅行に行ったら菜園はどうなりますか？",
    },
    Spoken {
        language: "Korean",
        code: "ko",
        turns: [
            "이번 달에 왜 텃밭이 그렇게 힘이 드나요?",
            "텃밭이 주말을 모두 가져가서 쉬는 시간이 없어요.",
            "동생은 텃밭을 어떻게 보고 있나요?",
            "올여름에는 텃밭을 동생에게 맡기기로 결정했어요.",
            "목요일까지 텃밭 계획을 저에게 보내 주세요.",
            "네, 알겠습니다. 내일 동생에게 긴 편지를 쓸게요.",
            "겨울에 동생이 여행을 가면 텃밭은 어떻게 되나요?",
            "아직 모르겠어요.",
        ],
        promise: ("내일 동생에게 긴 편지를 쓸게요.", "내일"),
        request: ("목요일까지 텃밭 계획을 저에게 보내 주세요.", "목요일까지"),
        decision: "올여름에는 텃밭을 동생에게 맡기기로 결정했어요.",
        open: "겨울에 동생이 여행을 가면 텃밭은 어떻게 되나요?",
    },
    Spoken {
        language: "Portuguese",
        code: "pt",
        turns: [
            "Por que a horta custa tanta energia para você este mês?",
            "A horta toma todo o meu fim de semana e eu nunca descanso.",
            "Como a sua irmã vê a horta?",
            "Decidi deixar a horta com a minha irmã neste verão.",
            "Você pode me mandar o plano da horta até quinta-feira?",
            "Com certeza. Escreverei uma longa carta para a minha irmã amanhã.",
            "O que acontece com a horta se a sua irmã viajar no inverno?",
            "Ainda não sei.",
        ],
        promise: ("Escreverei uma longa carta para a minha irmã amanhã.", "amanhã"),
        request: ("Você pode me mandar o plano da horta até quinta-feira?", "até quinta-feira"),
        decision: "Decidi deixar a horta com a minha irmã neste verão.",
        open: "O que acontece com a horta se a sua irmã viajar no inverno?",
    },
    Spoken {
        language: "Russian",
        code: "ru",
        turns: [
            "Почему огород отнимает у тебя столько сил в этом месяце?",
            "Огород забирает все мои выходные, и отдыха нет совсем.",
            "Как твоя сестра смотрит на огород?",
            "Я решила оставить огород сестре этим летом.",
            "Можешь прислать мне план огорода до четверга?",
            "Да, конечно. Напишу сестре длинное письмо завтра.",
            "Что станет с огородом, если сестра уедет зимой?",
            "Пока не знаю.",
        ],
        promise: ("Напишу сестре длинное письмо завтра.", "завтра"),
        request: ("Можешь прислать мне план огорода до четверга?", "до четверга"),
        decision: "Я решила оставить огород сестре этим летом.",
        open: "Что станет с огородом, если сестра уедет зимой?",
    },
    Spoken {
        language: "Spanish",
        code: "es",
        turns: [
            "¿Por qué el huerto te cuesta tanta energía este mes?",
            "El huerto ocupa todo mi fin de semana y nunca descanso.",
            "¿Cómo ve el huerto tu hermana?",
            "He decidido dejar el huerto a mi hermana este verano.",
            "¿Puedes enviarme el plan del huerto antes del jueves?",
            "Claro que sí. Escribiré una carta larga a mi hermana mañana.",
            "¿Qué pasa con el huerto si tu hermana viaja en invierno?",
            "Todavía no lo sé.",
        ],
        promise: ("Escribiré una carta larga a mi hermana mañana.", "mañana"),
        request: ("¿Puedes enviarme el plan del huerto antes del jueves?", "antes del jueves"),
        decision: "He decidido dejar el huerto a mi hermana este verano.",
        open: "¿Qué pasa con el huerto si tu hermana viaja en invierno?",
    },
    Spoken {
        language: "Thai",
        code: "th",
        turns: [
            "เดือนนี้ทำไมสวนถึงใช้แรงมากขนาดนี้",
            "สวนใช้เวลาวันหยุดทั้งหมดและไม่ได้พักเลย",
            "น้องสาวมองเรื่องสวนอย่างไร",
            "ฉันตัดสินใจให้น้องสาวดูแลสวนในฤดูร้อนนี้",
            "คุณช่วยส่งแผนของสวนก่อนวันพฤหัสได้ไหม",
            "ได้ค่ะ ฉันจะเขียนจดหมายยาวถึงน้องสาวพรุ่งนี้",
            "ถ้าน้องสาวไปเที่ยวในฤดูหนาว สวนจะเป็นอย่างไร",
            "ยังไม่รู้",
        ],
        promise: ("ได้ค่ะ ฉันจะเขียนจดหมายยาวถึงน้องสาวพรุ่งนี้", "พรุ่งนี้"),
        request: ("คุณช่วยส่งแผนของสวนก่อนวันพฤหัสได้ไหม", "ก่อนวันพฤหัส"),
        decision: "ฉันตัดสินใจให้น้องสาวดูแลสวนในฤดูร้อนนี้",
        open: "ถ้าน้องสาวไปเที่ยวในฤดูหนาว สวนจะเป็นอย่างไร",
    },
    // No word lists: an overview, and nothing that is guessed.
    Spoken {
        language: "Polish, and every other language",
        code: "pl",
        turns: [
            "Dlaczego ogród kosztuje cię tyle siły w tym miesiącu?",
            "Ogród zabiera mi cały weekend i nigdy nie odpoczywam.",
            "Jak twoja siostra widzi ogród?",
            "Postanowiłam zostawić ogród siostrze tego lata.",
            "Czy możesz mi wysłać plan ogrodu przed czwartkiem?",
            "Tak, oczywiście. Napiszę jutro długi list do siostry.",
            "Co będzie z ogrodem, jeśli siostra wyjedzie zimą?",
            "Jeszcze nie wiem.",
        ],
        promise: ("Napiszę jutro długi list do siostry.", "jutro"),
        request: ("Czy możesz mi wysłać plan ogrodu przed czwartkiem?", "przed czwartkiem"),
        decision: "Postanowiłam zostawić ogród siostrze tego lata.",
        open: "Co będzie z ogrodem, jeśli siostra wyjedzie zimą?",
    },
];

/// Returns the row of a language, and checks that nothing is cut and nothing is made up.
fn row(spoken: &Spoken) -> String {
    let name = |at: usize| if at.is_multiple_of(2) { "Ola" } else { "Ida" };
    let turns: Vec<(&str, &str)> =
        spoken.turns.iter().enumerate().map(|(at, text)| (name(at), *text)).collect();
    let mut content = session(&turns);
    content.language = Some(spoken.code.to_owned());
    content.participants[0].role = Role::Coach;
    content.participants[1].role = Role::Client;
    let summary = check(&content);
    let language = spoken.language;

    let (promise, request) = (spoken.promise, spoken.request);
    let mut promised = (false, false, false);
    for item in &summary.action_items {
        let text = item.point.text.as_str();
        assert!(text == promise.0 || text == request.0, "{language}: {text}");
        assert_eq!(item.owner.as_deref(), Some("Ida"), "{language}: {text}");
        let due = if text == promise.0 { promise.1 } else { request.1 };
        promised.0 |= text == promise.0;
        promised.1 |= text == request.0;
        assert!(
            item.due.is_none() || item.due.as_deref() == Some(due),
            "{language}: {:?}",
            item.due
        );
        promised.2 |= item.due.is_some();
    }
    let texts = |points: &[debrief_domain::summary::content::Point]| -> Vec<String> {
        points.iter().map(|point| point.text.clone()).collect()
    };
    let decided = texts(&summary.decisions);
    assert!(decided.iter().all(|text| text == spoken.decision), "{language}: {decided:?}");
    let open = texts(&summary.open_questions);
    assert!(open.iter().all(|text| text == spoken.open), "{language}: {open:?}");
    let overview = texts(&summary.overview);
    assert!(!overview.is_empty(), "{language}");
    let coach =
        summary.overview.iter().filter(|point| point.quotes[0].speaker.as_deref() == Some("Ola"));
    assert!(coach.count() * 2 <= overview.len(), "{language}: {overview:?}");

    let yes = |found: bool| if found { "yes" } else { "–" };
    format!(
        "| {language} | {} | {} | {} | {} | {} |\n",
        yes(promised.0),
        yes(promised.1),
        yes(promised.2),
        yes(!decided.is_empty()),
        yes(!open.is_empty()),
    )
}

#[test]
fn the_documentation_says_what_is_understood_in_which_language() {
    let mut table =
        "\n| | promises | requests | when they are due | decisions | open questions |\n\
        |---|---|---|---|---|---|\n"
            .to_owned();
    for spoken in ALL {
        table.push_str(&row(spoken));
    }
    table.push('\n');
    let written = DOCUMENT.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END));
    let written = written.expect("the document has the two lines").0;
    assert!(written == table, "docs/quality.md, between the two lines:\n{table}");
}

//! One short session in each language: the action items a person would find, and nothing else.

use super::tests::{check, session};

/// An action item's text, owner and date.
type Item = (String, String, String);

/// Returns action items, decisions, open questions.
fn outcome(turns: &[(&str, &str)]) -> (Vec<Item>, Vec<String>, Vec<String>) {
    let summary = check(&session(turns));
    assert!(summary.headline.is_some() && !summary.overview.is_empty());
    let texts = |points: Vec<debrief_domain::summary::content::Point>| {
        points.into_iter().map(|point| point.text).collect()
    };
    let actions = summary.action_items.into_iter().map(|item| {
        (item.point.text, item.owner.unwrap_or_default(), item.due.unwrap_or_default())
    });
    (actions.collect(), texts(summary.decisions), texts(summary.open_questions))
}

fn item(text: &str, owner: &str, due: &str) -> Item {
    (text.to_owned(), owner.to_owned(), due.to_owned())
}

#[test]
fn spanish() {
    let (actions, decisions, questions) = outcome(&[
        ("Rosa", "Buenos días, Iván. ¿Me escuchas bien? ¿Cómo estás hoy?"),
        (
            "Iván",
            "Sí, muy bien. Mi objetivo es dejar de revisar el informe de mi equipo por las noches.",
        ),
        ("Rosa", "¿Qué te cuesta revisar el informe cada noche?"),
        ("Iván", "Me doy cuenta de que no confío en mi equipo, y el informe es la excusa."),
        ("Iván", "He decidido que Marta firmará el informe de este trimestre."),
        ("Rosa", "¿Puedes enviarme el calendario del equipo antes de la próxima sesión?"),
        ("Iván", "Sí, claro. Voy a hablar con Marta el jueves y te escribo el viernes."),
        ("Rosa", "¿Y qué pasará con el equipo si Marta se marcha en verano?"),
        ("Iván", "No lo sé. Tengo que pensarlo."),
    ]);
    assert_eq!(
        actions,
        [
            item(
                "¿Puedes enviarme el calendario del equipo antes de la próxima sesión?",
                "Iván",
                "antes de la próxima sesión"
            ),
            item("Voy a hablar con Marta el jueves", "Iván", "el jueves"),
            item("te escribo el viernes.", "Iván", "el viernes"),
        ]
    );
    assert_eq!(decisions, ["He decidido que Marta firmará el informe de este trimestre."]);
    assert_eq!(questions, ["¿Y qué pasará con el equipo si Marta se marcha en verano?"]);
}

#[test]
fn french() {
    let (actions, decisions, questions) = outcome(&[
        ("Léa", "Bonjour à toi, Hugo. Tu m'entends bien ?"),
        ("Hugo", "Oui. Mon objectif est de préparer le marathon sans me blesser au genou."),
        ("Léa", "Qu'est-ce que le genou raconte après les sorties longues ?"),
        ("Hugo", "Je me rends compte que je cours trop vite pendant les sorties longues."),
        ("Hugo", "J'ai décidé de courir les sorties longues sans montre."),
        ("Léa", "Peux-tu m'envoyer ton carnet avant la prochaine séance ?"),
        ("Hugo", "Bien sûr. Je vais appeler le kiné demain."),
        ("Léa", "Que feras-tu si le genou gonfle avant le marathon ?"),
        ("Hugo", "Je ne sais pas. Je dois réfléchir."),
    ]);
    assert_eq!(
        actions,
        [
            item(
                "Peux-tu m'envoyer ton carnet avant la prochaine séance ?",
                "Hugo",
                "avant la prochaine séance"
            ),
            item("Je vais appeler le kiné demain.", "Hugo", "demain"),
        ]
    );
    assert_eq!(decisions, ["J'ai décidé de courir les sorties longues sans montre."]);
    assert_eq!(questions, ["Que feras-tu si le genou gonfle avant le marathon ?"]);
}

#[test]
fn german() {
    let (actions, decisions, questions) = outcome(&[
        ("Eva", "Guten Morgen, Jan. Hörst du mich gut? Wie geht es dir?"),
        ("Jan", "Ja, gut. Mein Ziel ist, die Leitung der Werkstatt an meinen Sohn zu übergeben."),
        ("Eva", "Was würde die Übergabe der Werkstatt für deinen Sohn bedeuten?"),
        ("Jan", "Mir ist aufgefallen, dass ich die Übergabe der Werkstatt seit Jahren verschiebe."),
        ("Jan", "Ich habe mich entschieden, die Werkstatt im Herbst zu übergeben."),
        ("Eva", "Kannst du mir bis Freitag einen Entwurf schicken?"),
        ("Jan", "Ja, gerne. Ich werde am Montag mit meinem Sohn sprechen."),
        ("Eva", "Und was machst du am ersten Tag nach der Übergabe der Werkstatt?"),
        ("Jan", "Keine Ahnung. Da muss ich nachdenken."),
    ]);
    assert_eq!(
        actions,
        [
            item("Kannst du mir bis Freitag einen Entwurf schicken?", "Jan", "bis Freitag"),
            item("Ich werde am Montag mit meinem Sohn sprechen.", "Jan", "am Montag"),
        ]
    );
    assert_eq!(decisions, ["Ich habe mich entschieden, die Werkstatt im Herbst zu übergeben."]);
    assert_eq!(questions, ["Und was machst du am ersten Tag nach der Übergabe der Werkstatt?"]);
}

#[test]
fn portuguese() {
    let (actions, decisions, questions) = outcome(&[
        ("Bia", "Bom dia, Caio. Está me ouvindo bem?"),
        ("Caio", "Sim. Meu objetivo é vender a padaria sem brigar com a minha irmã."),
        ("Bia", "O que a padaria significa para a sua irmã?"),
        ("Caio", "Percebi que a padaria é a última lembrança que ela guarda do nosso pai."),
        ("Caio", "Decidi esperar até dezembro para vender a padaria."),
        ("Bia", "Você pode me mandar o contrato até sexta-feira?"),
        ("Caio", "Com certeza. Vou conversar com a minha irmã no domingo."),
        ("Bia", "E o que acontece com a padaria se a sua irmã não quiser vender?"),
        ("Caio", "Ainda não sei. Preciso pensar."),
    ]);
    assert_eq!(
        actions,
        [
            item("Você pode me mandar o contrato até sexta-feira?", "Caio", "até sexta-feira"),
            item("Vou conversar com a minha irmã no domingo.", "Caio", "no domingo"),
        ]
    );
    assert_eq!(decisions, ["Decidi esperar até dezembro para vender a padaria."]);
    assert_eq!(questions, ["E o que acontece com a padaria se a sua irmã não quiser vender?"]);
}

/// Without word lists there are an overview and topics, but no guessed commitments.
#[test]
fn arabic_and_russian_have_an_overview_and_no_guesses() {
    for (turns, topic) in [
        (
            [
                ("ليلى", "أريد أن أتحدث عن التقرير الشهري مع فريق المبيعات."),
                ("سامي", "ماذا يحدث عندما تكتبين التقرير الشهري وحدك؟"),
                ("ليلى", "أقضي ثلاث ليال في مراجعة التقرير ولا أنام جيدا."),
                ("سامي", "ومن يستطيع مراجعة التقرير معك؟"),
            ],
            "التقرير",
        ),
        (
            [
                ("Анна", "Я хочу поговорить о подготовке к марафону и о колене."),
                ("Пётр", "Когда колено болит сильнее всего во время подготовки?"),
                ("Анна", "Колено болит после длинных пробежек, особенно вечером."),
                ("Пётр", "Тогда сократим длинные пробежки, и колено отдохнёт."),
            ],
            "колено",
        ),
    ] {
        let summary = check(&session(&turns));
        assert!(summary.headline.is_some() && summary.overview.len() >= 2);
        let labels: Vec<_> = summary.topics.iter().map(|topic| topic.text.to_lowercase()).collect();
        assert!(labels.iter().any(|label| label.contains(topic)), "{labels:?}");
        assert!(summary.action_items.is_empty() && summary.decisions.is_empty());
    }
}

/// Returns the texts of the action items of one speaker's sentence.
fn promised(code: &str, said: &str) -> Vec<String> {
    let mut content = session(&[("Ada", said), ("Bo", "…")]);
    content.language = Some(code.to_owned());
    check(&content).action_items.into_iter().map(|item| item.point.text).collect()
}

#[test]
fn an_item_is_whole_or_absent() {
    for (code, said, items) in [
        (
            "es",
            "Voy a escribir el plan mañana por la tarde y se lo enviaré a Marta el viernes.",
            &["Voy a escribir el plan mañana por la tarde", "se lo enviaré a Marta el viernes."][..],
        ),
        (
            "pt",
            "Vou escrever o plano amanhã de manhã e depois te mando o resumo na sexta.",
            &["Vou escrever o plano amanhã de manhã", "te mando o resumo na sexta."][..],
        ),
        (
            "fr",
            "J'appellerai le client lundi et je lui enverrai le contrat mardi.",
            &["J'appellerai le client lundi", "je lui enverrai le contrat mardi."][..],
        ),
        (
            "en",
            "I'll write the plan tomorrow afternoon then I'll send it to Marta on Friday.",
            &["I'll write the plan tomorrow afternoon", "I'll send it to Marta on Friday."][..],
        ),
        (
            "en",
            "I'll write the plan tomorrow afternoon I'll send it to Marta on Friday.",
            &["I'll write the plan tomorrow afternoon I'll send it to Marta on Friday."][..],
        ),
    ] {
        assert_eq!(promised(code, said), items, "{said}");
    }
    // Nothing tells where a sentence without end begins or ends.
    let endless =
        "i'll send the list to marta on friday and we talked about the plan again ".repeat(20);
    assert_eq!(promised("en", &endless), [""; 0]);
}

#[test]
fn a_future_promises_and_other_forms_do_not() {
    for (code, said) in [
        ("fr", "J'enverrai le contrat à Paul vendredi."),
        ("fr", "Je t'appellerai demain matin."),
        ("es", "Enviaré el contrato a Pablo el viernes."),
        ("pt", "Enviarei o contrato ao Paulo na sexta."),
        ("it", "Manderò il contratto a Paolo venerdì."),
        ("it", "Cercherò una nuova palestra domani."),
    ] {
        assert_eq!(promised(code, said), [said], "{said}");
    }
    for (code, said) in [
        ("fr", "Je n'enverrai pas le contrat à Paul vendredi."),
        ("es", "Preparé el contrato de Pablo el viernes."),
        ("es", "No enviaré el contrato a Pablo el viernes."),
        ("fr", "C'est vrai que le contrat est pour vendredi."),
    ] {
        assert_eq!(promised(code, said), [""; 0], "{said}");
    }
}

//! The words by which a language greets, takes leave, addresses and shortens.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words and phrases, in lower case with straight apostrophes.
pub(super) type List = LazyLock<HashSet<&'static str>>;

/// Makes a list of words and phrases that are separated by commas.
macro_rules! list {
    ($text:literal) => {
        std::sync::LazyLock::new(|| {
            $text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect()
        })
    };
}
pub(super) use list;

/// The lists of one language.
pub(super) struct Pack {
    /// Primary language subtag.
    pub(super) code: &'static str,
    /// How a greeting begins.
    pub(super) greetings: List,
    /// What a greeting ends with, after the name.
    pub(super) after_name: List,
    /// Who is greeted that has no name.
    pub(super) nobody: List,
    /// How a sign-off begins.
    pub(super) sign_offs: List,
    /// Words of the first person plural.
    pub(super) first: List,
    /// Words of the second person.
    pub(super) second: List,
    /// Words of the third person.
    pub(super) third: List,
    /// What the client is called, beside their name.
    pub(super) client: List,
    /// Words that say nothing of the subject and nothing of the writer.
    pub(super) function: List,
    /// Words that are common in any text, so that nobody favours them.
    pub(super) common: List,
    /// Names of days and months, and other words for times.
    pub(super) times: List,
    /// Words of a formal tone.
    pub(super) formal: List,
    /// Words of an informal tone.
    pub(super) informal: List,
}

pub(super) static EN: Pack = Pack {
    code: "en",
    greetings: list!("hi, hello, hey, dear, good morning, good afternoon, good evening, greetings"),
    after_name: list!(""),
    nobody: list!("all, everyone, everybody, team, there, folks, both, again"),
    sign_offs: list!(
        "warmly, warm regards, warmest, warm wishes, with warmth, best, best wishes,
        best regards, all the best, kind regards, kindest regards, kindly, regards, sincerely,
        yours, yours sincerely, yours truly, cheers, take care, talk soon, speak soon, see you,
        until next time, with gratitude, gratefully, love, thanks, thank you, many thanks,
        with appreciation, be well, onwards, onward, in your corner, cheering you on"
    ),
    first: list!("we, us, our, ours, ourselves, we're, we've, we'll, we'd"),
    second: list!("you, your, yours, yourself, you're, you've, you'll, you'd"),
    third: list!(
        "she, he, they, her, him, them, his, hers, their, theirs, herself, himself, themselves,
        themself, she's, he's, they're, they've, she'll, he'll, they'll, she'd, he'd, they'd"
    ),
    client: list!("the client, the coachee, client, coachee, the client's, the coachee's"),
    function: list!(
        "a, an, the, and, or, but, nor, so, yet, if, then, than, that, this, these, those,
        of, in, on, at, to, for, from, by, with, as, into, onto, up, out, off, over, under, about,
        is, are, was, were, be, been, being, am, has, have, had, do, does, did, will, would, shall,
        should, can, could, may, might, must, it, its, it's, i, me, my, mine, myself, i'm, i've,
        i'll, who, whom, whose, which, what, when, where, why, how, not, no, there, here, all, any,
        each, both, some, such, own, same, too, also, doesn't, don't, isn't, aren't, wasn't,
        weren't, hasn't, haven't, didn't, won't, can't, one"
    ),
    common: list!(
        "time, people, work, week, day, year, way, thing, things, good, new, first, last, next,
        long, little, other, more, most, many, much, make, made, go, went, get, got, know, take,
        took, see, saw, come, came, think, thought, look, want, give, gave, use, find, tell, told,
        ask, asked, feel, felt, try, leave, call, need, become, keep, let, begin, seem, help, talk,
        turn, start, show, hear, play, run, move, like, live, believe, hold, bring, happen, write,
        provide, sit, stand, lose, pay, meet, include, continue, set, learn, change, lead,
        understand, watch, follow, stop, create, speak, read, allow, add, spend, grow, open, walk,
        win, offer, remember, consider, appear, buy, wait, serve, send, expect, build, stay, fall,
        reach, remain, suggest, raise, pass, decide, decided, only, just, now, even, still, back,
        after, before, well, because, through, between, while, during, without, around, again,
        very, really, today, tomorrow, yesterday, session, sessions, team, manager, meeting, goal,
        goals, plan, question, questions, job, life, home, family, week's, two, three, four, five,
        said, say, says, every, part, something, anything, nothing, someone, really, able, done,
        going, being, doing, having, getting, making"
    ),
    times: list!(
        "monday, tuesday, wednesday, thursday, friday, saturday, sunday, january, february,
        march, april, june, july, august, september, october, november, december, today, tomorrow,
        tonight, yesterday, noon, midnight, one, two, three, four, five, six, seven, eight, nine,
        ten, eleven, twelve, twenty, thirty, forty, fifty, hundred, thousand, first, second, third,
        fourth, fifth, once, twice, half, am, pm, week, weeks, month, months, year, years, day,
        days, hour, hours, minute, minutes"
    ),
    formal: list!(
        "therefore, furthermore, moreover, however, regarding, concerning, pursuant, thus,
        hence, accordingly, nevertheless, subsequently, additionally, shall, sincerely, dear,
        kindly, herewith, respectively, prior, commence"
    ),
    informal: list!(
        "hey, yeah, yep, gonna, wanna, kinda, sorta, cool, awesome, guys, stuff, super,
        totally, lol, btw, ok, okay, cheers, fab, brilliant"
    ),
};

pub(super) static HE: Pack = Pack {
    code: "he",
    greetings: list!("היי, הי, שלום, אהלן, בוקר טוב, ערב טוב, צהריים טובים, הלו, לכבוד"),
    after_name: list!("יקר, יקרה, היקר, היקרה, אהוב, אהובה"),
    nobody: list!("לכולם, כולם, לכם, צוות, רב, לך, שוב"),
    sign_offs: list!("בברכה, בברכה חמה, בחום, בהערכה, באהבה, להתראות, נתראה, נדבר, שלך, שלכם, בתודה,
        תודה, תודה רבה, כל טוב, כל הטוב, המשך יום, יום טוב, שבוע טוב, בהצלחה, חיבוק, מכל הלב, כאן בשבילך"),
    first: list!("אנחנו, אנו, לנו, שלנו, אותנו, איתנו, בנו"),
    second: list!("את, אתה, לך, שלך, אותך, איתך, ממך, עליך, בך, אליך, עצמך, בשבילך, עבורך"),
    third: list!("היא, הוא, לה, לו, שלה, שלו, אותה, אותו, איתה, איתו, ממנה, ממנו, עליה, עליו, בה, בו,
        אליה, אליו, עצמה, עצמו, בשבילה, בשבילו, עבורה, עבורו"),
    client: list!("הלקוח, הלקוחה, המתאמן, המתאמנת, לקוח, לקוחה"),
    function: list!("של, על, אל, עם, מן, עד, בין, לפני, אחרי, תוך, מול, בלי, כדי, בגלל, בשביל, לגבי, כמו,
        אבל, או, אם, כי, גם, רק, לא, כן, אין, יש, היה, הייתה, היו, להיות, זה, זאת, זו, אלה, אלו, מה,
        מי, איך, כל, עוד, כבר, אז, שם, כאן, אני, הם, הן, ש, ו, ה, ב, ל, מ, כש, אשר, הזה, הזאת, הזו"),
    common: list!("זמן, אנשים, עבודה, שבוע, יום, שנה, דרך, דבר, דברים, טוב, טובה, חדש, חדשה, ראשון, אחרון,
        הבא, הבאה, פגישה, פגישות, צוות, מנהל, מנהלת, מטרה, מטרות, תוכנית, שאלה, שאלות, חיים, בית,
        משפחה, אמר, אמרה, אמרת, רוצה, צריך, צריכה, יכול, יכולה, חושב, חושבת, עושה, לעשות, החליט,
        החליטה, החלטת, מאוד, ממש, עכשיו, היום, מחר, אתמול, שוב, יותר, פחות, הרבה, קצת, משהו, אחד,
        אחת, שני, שתי, חלק, עבר, עברה, בעבודה, השבוע"),
    times: list!("ראשון, שני, שלישי, רביעי, חמישי, שישי, שבת, ינואר, פברואר, מרץ, אפריל, מאי, יוני, יולי,
        אוגוסט, ספטמבר, אוקטובר, נובמבר, דצמבר, היום, מחר, אתמול, אחת, שתיים, שלוש, ארבע, חמש, שש,
        שבע, שמונה, תשע, עשר, אחד, שניים, שלושה, ארבעה, חמישה, שישה, שבעה, עשרה, שבוע, שבועיים,
        חודש, חודשיים, שנה, שנתיים, יום, יומיים, שעה, שעתיים, דקות, חצי, פעם, פעמיים"),
    formal: list!("לפיכך, אשר, הריני, בכבוד, לכבוד, כמו כן, יתר על כן, אולם, על כן, הנני, בהתאם, הואיל"),
    informal: list!("היי, הי, אהלן, סבבה, אחלה, וואלה, יאללה, מגניב, בקטנה, תכלס, אוקיי, ביי"),
};

/// Words that are seldom anybody's own, with plain ones that often stand in their place. A writer
/// who uses the plain word time and again, and the other never, avoids it.
pub(super) const PLAIN: &[(&str, &str)] = &[
    ("utilize", "use"),
    ("utilise", "use"),
    ("leverage", "use"),
    ("commence", "start"),
    ("additionally", "also"),
    ("furthermore", "also"),
    ("moreover", "also"),
    ("regarding", "about"),
    ("concerning", "about"),
    ("assist", "help"),
    ("facilitate", "help"),
    ("individuals", "people"),
    ("subsequently", "then"),
    ("numerous", "many"),
    ("purchase", "buy"),
    ("obtain", "get"),
    ("endeavor", "try"),
    ("endeavour", "try"),
    ("attempt", "try"),
    ("demonstrate", "show"),
    ("indicate", "say"),
    ("require", "need"),
    ("sufficient", "enough"),
    ("terminate", "end"),
    ("however", "but"),
    ("ensure", "make sure"),
];

/// Returns the lists of a language, by its primary subtag.
pub(super) fn pack(code: Option<&str>) -> Option<&'static Pack> {
    [&EN, &HE].into_iter().find(|pack| Some(pack.code) == code)
}

/// Whether a list has this word.
pub(super) fn has(list: &List, word: &str) -> bool {
    list.contains(word)
}

/// Returns the longest entry of a list that a text in lower case begins with, as whole words.
pub(super) fn begins<'a>(list: &List, text: &'a str) -> Option<&'a str> {
    list.iter()
        .filter(|entry| {
            text.strip_prefix(**entry)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '\''))
        })
        .map(|entry| &text[..entry.len()])
        .max_by_key(|entry| entry.len())
}

/// Returns a word as lists have it.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().replace(['’', 'ʼ'], "'")
}

//! Short forms and other spellings of given names, in English and Hebrew.
//!
//! Each line is one name: its full forms, a colon, its short forms. Short forms match every full
//! form of their line, not each other; full forms of one line are spellings of one name.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Without Hebrew final letters, as names are compared.
const NAMES: &str = "
abigail: abby abbie gail
abraham avraham: abe bram avi
adam: ad
adelaide: addie
albert: al bert bertie
alexander alexandre aleksander: alex al sandy sasha xander lex alec
alexandra alexandria: alex sandra sandy sasha lexi lexie alexa
alfred: alf alfie fred freddie
alison allison alyson: ali allie
amanda: mandy
andrea: andie
andrew andreas: andy drew
angela angelina: angie
ann anne anna hannah: annie nan
anthony antony antonio: tony
arthur: art artie
barbara: barb babs barbie
benjamin binyamin: ben benny benji benjy
bernard: bernie
bradley: brad
caroline carolyn carolina: carrie carol caro
catherine katherine kathryn katharine cathryn catharine katarina: kate katie kathy cathy kat cat kit kitty kay
charles: charlie chuck chas
charlotte: charlie lottie char
christina christine kristina kristine: chris tina chrissy kris
christopher kristopher kristoffer: chris kit topher kris
cynthia: cindy
daniel: dan danny dani
danielle daniella: dani ella
david: dave davey davy
deborah debra: deb debbie
dennis denis: denny
diana diane dianne: di
donald: don donnie
dorothy: dot dottie dolly
douglas: doug
edward: ed eddie ted ned teddy
edwin: ed eddie
eleanor elinor: ellie nell nora
elizabeth elisabeth: liz lizzie beth betty eliza lisa ella bess libby betsy
emily emilia: em emmy millie
emma: em
eric erik:
eugene: gene
evelyn: eve evie
ezekiel: zeke
florence: flo
frances: fran frannie
francis: frank
franklin: frank
frederick frederic friedrich: fred freddie freddy rick
gabriel: gabe gabi
gabriella gabrielle: gabby gabi ella
geoffrey jeffrey jeffery: geoff jeff
gerald: gerry jerry
gregory: greg
harold: harry hal
helen helena: nell lena
henry: harry hank
howard: howie
isaac yitzhak: ike zac itzik
isabella isabelle isabel: bella izzy belle
jacob yaakov: jake kobi
jacqueline: jackie
james: jim jimmy jamie
jane: janie
janet: jan
jason: jay
jennifer: jen jenny jenn
jeremy jeremiah: jerry jem
jerome: jerry
jessica: jess jessie
joan joanna joanne: jo joanie
john: johnny jack
jonathan jonathon yonatan: jon jonny yoni
joseph yosef: joe joey jo yossi
joshua: josh
josephine: jo josie
judith: judy judi
julia julie juliet: jules
katelyn caitlin kaitlyn: katie kate
kenneth: ken kenny
kimberly kimberley: kim
laura lauren: laurie
lawrence laurence: larry
leonard: len lenny leo
leslie lesley: les
lillian: lily lil
louis lewis: lou louie lew
louise: lou
lucille lucinda lucy: lu
madeleine madeline: maddie
margaret: maggie meg peggy peg marge margie greta rita daisy
maria marie mary miriam: molly polly mimi miri
martha: marty
martin: marty
matthew mathew: matt matty
maximilian maxwell: max
megan meghan: meg
melissa: mel missy
melanie: mel
michael michel mikhail: mike mick mickey micky mikey misha
michelle michele: shelly
mitchell: mitch
mordechai: motti
moses moshe: moe
nancy: nan
natalie natalia nathalie: nat tasha
natasha: tasha
nathan nathaniel natanel: nat nate nati
nicholas nicolas nikolas: nick nicky nico
nicole: nicky nikki
oliver: ollie
olivia: liv livvy
pamela: pam
patricia: pat patty tricia trish patsy
patrick: pat paddy rick
paul:
penelope: penny
peter: pete
philip phillip filip: phil
priscilla: cilla
rachel rachael: rach
raphael rafael: rafi rafa
raymond: ray
rebecca rebekah: becky becca bex
reginald: reg reggie
reuben reuven: ruvi
richard: rick dick rich ricky richie
robert: rob bob bobby robbie bert robby
roberta: bobbie
roger rodger:
ronald: ron ronnie
rosemary: rose rosie
samantha: sam sammy
samuel shmuel: sam sammy shmulik
sandra: sandy
sara sarah: sally sadie
sean shaun shawn:
solomon shlomo: sol shlomi
sophia sophie sofia: soph
stephanie: steph
steven stephen stefan: steve stevie
stuart stewart: stu
susan suzanne susanna susannah: sue susie suzie suzy
sydney sidney: syd sid
terence terrence: terry
teresa theresa: terry tess tessa tracy
theodore: ted teddy theo
thomas tomas: tom tommy
timothy: tim timmy
tobias: toby
valerie: val
vanessa: nessa
veronica: ronnie
victoria: vicky tori vic
victor: vic
vincent: vince vinny
virginia: ginny ginger
walter: walt wally
wendy:
william: bill will billy willy liam
zachary zachariah: zach zac zack
אברהמ: אבי אברמ
אביגיל: אבי גילי
אבירמ: אבי
אליהו: אלי
אליעזר: אלי לייזר
אליזבת: ליז בטי
אלכסנדר אלכסנדרה: אלכס סשה
אסתר: אסתי
אפרימ: אפי
בנימינ: בני ביבי
ברוכ: בוקי
גבריאל: גבי
דוד: דודי דודו
דניאל דניאלה: דני
חנה: חני
יהודה: יודי אודי
יהודית: יודית דיתי
יהונתנ יונתנ: יוני יונת
יהושע: שוקי שוקה
יעקב: קובי יקי ינקי
יצחק: איציק צחי
יוספ: יוסי ספי
ישראל: שרוליק
מיכאל: מיקי מייק
מיכל: מיכלי מיקי
מנחמ: מני
מרדכי: מוטי
מרימ: מירי
משה: מוישי מוש
נתנאל: נתי
נועה נעה:
סוזנה: סוזי
עמנואל: מני עמי
צבי: צביקה
רבקה: ריקי רבי
רחל: רחלי
רפאל: רפי
שושנה: שוש שושי
שלמה: שלומי
שמואל: שמוליק
שמעונ: שימי שמעי
שרה: שרי שרהלה
תמר: תמי
";

/// A given name: its other forms, and whether it is a short form.
struct Forms {
    others: Vec<&'static str>,
    short: bool,
}

static FORMS: LazyLock<HashMap<&'static str, Forms>> = LazyLock::new(|| {
    let mut forms: HashMap<&'static str, Forms> = HashMap::new();
    for line in NAMES.lines() {
        let Some((full, short)) = line.split_once(':') else { continue };
        let line = full.split_whitespace().map(|name| (name, false));
        let line: Vec<_> = line.chain(short.split_whitespace().map(|name| (name, true))).collect();
        for (name, short) in &line {
            let entry = forms.entry(name).or_insert(Forms { others: Vec::new(), short: false });
            entry.short |= short;
            let others = line
                .iter()
                .filter(|(other, other_short)| other != name && !(*short && *other_short));
            entry.others.extend(others.map(|(other, _)| *other));
        }
    }
    for entry in forms.values_mut() {
        entry.others.sort_unstable();
        entry.others.dedup();
    }
    forms
});

/// Returns the other forms of a given name.
pub(crate) fn of(name: &str) -> impl Iterator<Item = &'static str> {
    FORMS.get(name).into_iter().flat_map(|forms| forms.others.iter().copied())
}

/// Returns whether it is a short form, which may match several names.
pub(crate) fn is_short(name: &str) -> bool {
    FORMS.get(name).is_some_and(|forms| forms.short)
}

/// Returns whether it is a known given name.
pub(crate) fn is_name(name: &str) -> bool {
    FORMS.contains_key(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_go_both_ways() {
        assert!(of("bob").any(|name| name == "robert") && of("robert").any(|name| name == "bob"));
        assert!(is_short("alex") && !is_short("alexander") && !is_name("table"));
        assert!(!of("bob").any(|name| name == "rob"));
        assert!(!of("john").any(|name| name == "jon" || name == "jonathan"));
        let finals = ['ך', 'ם', 'ן', 'ף', 'ץ'];
        assert!(FORMS.keys().all(|name| !name.contains(finals)), "names are compared without");
    }
}

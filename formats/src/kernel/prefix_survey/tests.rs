use super::*;
use crate::kernel::names::prefix;

fn speakers(lines: &[&str]) -> Vec<String> {
    let text = lines.join("\n");
    let mut survey = PrefixSurvey::default();
    for line in lines {
        survey.unit(prefix(line).map(|(name, _)| name));
    }
    let mut names: Vec<_> = survey.speakers(&text).believed.into_keys().collect();
    names.sort();
    names
}

#[test]
fn the_whole_file_decides() {
    assert_eq!(speakers(&["Anna: hi", "Ben: hello", "Anna: so?"]), ["Anna", "Ben"]);
    assert_eq!(speakers(&["kev: hi", "Jihoon: hello", "kev: so?"]), ["Jihoon", "kev"]);
    let none: [&str; 0] = [];
    assert_eq!(speakers(&["Close your eyes.", "Remember: breathe.", "And again."]), none);
    assert_eq!(
        speakers(&["Breathe in.", "Inhale: four.", "Now inhale.", "Inhale: five.", "Out.", "Out."]),
        none,
        "a word the text uses in lower case is a word"
    );
    assert_eq!(
        speakers(&["Anna: hi", "Ben: hello", "Remember: breathe", "Anna: ok", "Ben: ok"]),
        ["Anna", "Ben"]
    );
}

#[test]
fn glued_names_speak_twice_or_are_known() {
    let split = |lines: &[&str], line: &'static str| {
        let mut survey = PrefixSurvey::default();
        for line in lines {
            survey.line(line);
        }
        survey.speakers(&lines.join("\n")).split(line).map(|(name, _)| name)
    };
    let file = ["Noa:hello", "And so on.", "Noa:well", "Ratio:half", "More words."];
    assert_eq!(split(&file, "Noa:and"), Some("Noa"));
    assert_eq!(split(&file, "Ratio:half"), None);
    let file = ["Tom Ash: hello", "Tom Ash: and", "Tom Ash:well", "And more."];
    assert_eq!(split(&file, "Tom Ash:well"), Some("Tom Ash"));
    let file = ["Inhale:four", "and inhale", "Inhale:five", "Out.", "Out."];
    assert_eq!(split(&file, "Inhale:four"), None);
}

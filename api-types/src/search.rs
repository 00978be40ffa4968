//! `/v1/search`.

use chrono::{DateTime, NaiveDate, Utc};
use debrief_domain::ids::{ClientId, TranscriptId};
use debrief_domain::search::{Filters, Kind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The first day of a week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeekStart {
    /// As in ISO 8601.
    #[default]
    Monday,
    /// As in much of the Middle East.
    Saturday,
    /// As in Israel and the United States.
    Sunday,
}

/// A day with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedDay {
    /// As questions name it, such as "the race"; up to 100 characters.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// The day.
    pub date: NaiveDate,
}

/// What answers a question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerBy {
    /// Nothing: hits only.
    None,
    /// The best sentences of the hits.
    #[default]
    Extractive,
    /// A language model, from the hits; takes seconds.
    Model,
}

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchRequest {
    /// The question in plain words, up to 1,000 characters, such as "what did Maya say about
    /// sleeping last month?". Words in quotation marks must occur as they stand; `-word` must not
    /// occur.
    #[schema(max_length = 1_000)]
    pub query: String,
    /// Hits on a page, 1 to 50; default 10. A page with much text has fewer.
    #[schema(minimum = 1, maximum = 50)]
    pub limit: Option<u32>,
    /// The `next` of the page before. Pages do not overlap, even while sessions are added.
    pub after: Option<String>,
    /// What may be found. Filters override what the question says.
    #[serde(default)]
    pub filters: Filters,
    /// Whether to look for dates, people and kinds in the question; default true.
    pub interpret: Option<bool>,
    /// Time zone of the person who asks, from the IANA database, such as `Asia/Jerusalem`;
    /// default `UTC`.
    pub time_zone: Option<String>,
    /// Whether `3/4/2026` is 3 April (true) or 4 March (false, the default).
    #[serde(default)]
    pub day_first: bool,
    /// The first day of a week; default `monday`.
    #[serde(default)]
    pub week_starts: WeekStart,
    /// Up to 100 named days, so that "two weeks before the race" is understood.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub anchors: Vec<NamedDay>,
    /// Most hits from one session; default unlimited.
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    pub per_session: Option<u32>,
    /// What answers the question; default `extractive`.
    #[serde(default)]
    pub answer: AnswerBy,
    /// Whether to count passages by kind, client, speaker and language; default false.
    #[serde(default)]
    pub facets: bool,
}

/// An external note, where a hit or a quote comes from one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoteReference {
    /// The note's id in its own system.
    pub id: String,
    /// Where it can be opened.
    pub url: Option<String>,
}

/// A line of a passage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PassageLine {
    /// Index of its turn; `null` in titles and notes.
    pub turn: Option<u32>,
    /// Who said it, where known.
    pub speaker: Option<String>,
    /// Start of its turn in milliseconds from the start of the recording, where known.
    pub start_ms: Option<u64>,
    /// Where it begins in `text`, in characters.
    pub at: usize,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    /// What the passage is.
    pub kind: Kind,
    /// The session; `null` for an external note.
    pub transcript_id: Option<TranscriptId>,
    /// The external note, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteReference>,
    /// Title of the session or note.
    pub title: Option<String>,
    /// The client whose session it was.
    pub client_id: Option<ClientId>,
    /// When the session was held, where known.
    pub held_at: Option<DateTime<Utc>>,
    /// First and last turn; `null` for titles and notes.
    pub turns: Option<[u32; 2]>,
    /// The turn that fits best.
    pub turn: Option<u32>,
    /// Start of that turn in milliseconds from the start of the recording, where known.
    pub start_ms: Option<u64>,
    /// Who speaks in that turn, where known.
    pub speaker: Option<String>,
    /// The words, verbatim. Lines are separated by line breaks.
    pub text: String,
    /// The lines of `text`, in order.
    pub lines: Vec<PassageLine>,
    /// Words of `text` that match, as `[from, to]` in characters.
    pub highlights: Vec<[usize; 2]>,
    /// Higher is better; comparable within one answer only. 0 where there was nothing to rank by:
    /// then the newest come first.
    pub score: f32,
}

/// Words of a hit that support a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// Index in `hits`.
    pub hit: usize,
    /// The words, verbatim.
    pub quote: String,
    /// The session; `null` for an external note.
    pub transcript_id: Option<TranscriptId>,
    /// The external note, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteReference>,
    /// Index of the turn; `null` in notes.
    pub turn: Option<u32>,
    /// Who said it, where known.
    pub speaker: Option<String>,
    /// Start of the turn in milliseconds from the start of the recording, where known.
    pub start_ms: Option<u64>,
}

/// A sentence of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerSentence {
    /// The words: verbatim in an extractive answer.
    pub text: String,
    /// The session; `null` for an external note, and where a model wrote the sentence.
    pub transcript_id: Option<TranscriptId>,
    /// The external note, if it is from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteReference>,
    /// Index of the turn; `null` in notes.
    pub turn: Option<u32>,
    /// Who said it, where known.
    pub speaker: Option<String>,
    /// Start of the turn in milliseconds from the start of the recording, where known.
    pub start_ms: Option<u64>,
    /// What a model's sentence rests on. Each quote was checked against the passage it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
}

/// How an answer was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerMethod {
    /// Sentences chosen from the hits.
    Extractive,
    /// Sentences that a language model wrote.
    Model,
}

/// An answer made from what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// How it was made.
    pub method: AnswerMethod,
    /// Best first in an extractive answer, else in the model's order.
    pub sentences: Vec<AnswerSentence>,
    /// What to know about the answer, such as why no model gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// How many passages have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// The number of passages.
    pub passages: u64,
}

/// Which engines searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Engines {
    /// Search by words.
    pub lexical: bool,
    /// Search by meaning.
    pub dense: bool,
    /// The position up to which meaning is indexed; left out where meaning was not searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense_through: Option<i64>,
    /// Why an engine did not search, or what to know about it.
    pub note: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchResults {
    /// Best first. No turn is in two hits of kind `turns`.
    pub hits: Vec<Hit>,
    /// Pass as `after` for the next page; `null` on the last.
    pub next: Option<String>,
    /// Passages that match by words or are near in meaning, including overlapping ones.
    pub passages: u64,
    /// The answer; `null` if the question has no words, nothing was found, or no answer was asked
    /// for.
    pub answer: Option<Answer>,
    /// What was understood of the question; `null` with `interpret: false`.
    pub interpreted: Option<Interpreted>,
    /// What to know about the result, such as that the question has no words to search for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// With `facets: true`: passages by kind, client, speaker and language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facets: Option<BTreeMap<String, Vec<FacetValue>>>,
    /// The position up to which words are indexed.
    pub indexed_through: i64,
    /// Which engines searched.
    pub engines: Engines,
}

/// What was understood of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Interpreted {
    /// The question without its dates and exclusions; phrases without their marks.
    pub text: String,
    /// The words of `text` that are searched for.
    pub words: Vec<String>,
    /// Quoted words, which must occur as they stand.
    pub phrases: Vec<QuestionPart>,
    /// Words that must not occur.
    pub excluded: Vec<QuestionPart>,
    /// The days in question.
    pub dates: Option<Dates>,
    /// The people who are named.
    pub people: Vec<Mention>,
    /// The kind of passages that is asked for.
    pub kind: Option<AskedKind>,
    /// Words that no passage has, with the word of the sessions that was searched for instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub respelled: Vec<Respelled>,
    /// Primary language subtag of the question, where it can be told.
    pub language: Option<String>,
}

/// Words of the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuestionPart {
    /// The words.
    pub text: String,
    /// Byte offset of their first character.
    pub from: usize,
    /// Byte offset after their last character.
    pub to: usize,
}

/// A range of days, open on a side that is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dates {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The day after the last.
    pub to: Option<NaiveDate>,
    /// How a date in numbers was read that can be read in two ways.
    pub order: Option<DateOrder>,
    /// The words that name the days.
    pub quotes: Vec<QuestionPart>,
}

/// Which of two numbers was taken for the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The first.
    DayFirst,
    /// The second.
    MonthFirst,
}

/// Somebody who is named in a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mention {
    /// Who it may be; several where they fit equally well.
    pub people: Vec<Person>,
    /// How the name was recognised.
    pub how: Recognition,
    /// The words that name them.
    pub quote: QuestionPart,
}

/// A person whom the organization knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Place in the list of names that the question was compared with.
    pub index: usize,
    /// The client's id, if it is a client.
    pub id: Option<Uuid>,
    /// The name.
    pub name: String,
    /// What is known of the person.
    pub role: PersonRole,
}

/// What is known of a person who is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonRole {
    /// A client.
    Client,
    /// A coach.
    Coach,
    /// Somebody who speaks in a session.
    Speaker,
}

/// How a name was recognised, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recognition {
    /// By the whole name.
    Exact,
    /// By a first name or a surname.
    Part,
    /// By a short form, or another spelling.
    Nickname,
    /// Although it is misspelled.
    Misspelled,
}

/// A kind of passages that a question asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedKind {
    /// The kind.
    pub kind: QuestionKind,
    /// The words that ask for it.
    pub quote: QuestionPart,
    /// How many hits, from the first on, are of that kind and by the people who are named. They
    /// come first whether or not they hold the other words of the question; those that do, or that
    /// are near such words in their session, lead them.
    #[serde(default)]
    pub first: usize,
}

/// A word of a question that was taken for a misspelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Respelled {
    /// The word as asked.
    pub word: String,
    /// The word of the sessions that was searched for.
    pub searched: String,
}

/// A kind of passages, as questions ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Commitments and action items.
    Promised,
    /// Decisions.
    Decided,
    /// Open questions.
    Asked,
}

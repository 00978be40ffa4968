//! JSON formats, a file per tool; [`utterances`] reads the JSON of any other tool.
//!
//! [`paths`] finds values by their path, and [`values`] parses them as tools write them; [`people`]
//! are the names beside the turns, and [`unit`] judges the unit of times.

pub(crate) mod assemblyai;
pub(crate) mod aws_transcribe;
pub(crate) mod deepgram;
pub(crate) mod fathom;
pub(crate) mod fireflies;
pub(crate) mod google_stt;
pub(crate) mod granola;
pub(crate) mod paths;
pub(crate) mod people;
pub(crate) mod podcast_json;
pub(crate) mod read_ai;
pub(crate) mod rev;
pub(crate) mod speechmatics;
pub(crate) mod unit;
pub(crate) mod utterances;
pub(crate) mod values;
pub(crate) mod vexa;
pub(crate) mod watson;
pub(crate) mod whisper;
pub(crate) mod whisper_cpp;
pub(crate) mod whisperx;

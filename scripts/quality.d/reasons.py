"""Why files come out otherwise than with the other reader, found by reading them."""

REASONS = {
    "transcripts/webvtt-edge/astisub_broken.vtt": "no WEBVTT at the top and a time without an arrow: both refuse",
    "transcripts/webvtt-edge/astisub_entities.vtt": "webvtt-py leaves `&amp;` and `&nbsp;` as they are; Debrief reads the characters they stand for",
    "transcripts/webvtt-edge/nodewebvtt_malformed.vtt": "empty lines between the time and its text: webvtt-py drops the text",
    "transcripts/webvtt-edge/wpt_nulls.vtt": "a test of NUL bytes: webvtt-py stops at the first odd time, Debrief reads NULs away and keeps cues that the standard calls invalid",
    "transcripts/srt/astisub_cr.srt": "lines end in CR alone, which srt does not split",
    "transcripts/srt/fenic_riverside_1.srt": "one cue holds 10,465 characters in 3 seconds, with headings like RBA (01:00:32.856) in it; Debrief reads them as names and cuts it into turns",
    "transcripts/srt/utf16.srt": "UTF-16, read as UTF-8 for srt, which takes text",
}

"""Why files differ from the other reader's result, found by reading them."""

REASONS = {
    "transcripts/webvtt-edge/astisub_broken.vtt": "no WEBVTT at the top and a time without an arrow: both refuse",
    "transcripts/webvtt-edge/astisub_entities.vtt": "webvtt-py keeps `&amp;` and `&nbsp;`; Debrief decodes them",
    "transcripts/webvtt-edge/nodewebvtt_malformed.vtt": "empty lines between the time and its text: webvtt-py drops the text",
    "transcripts/webvtt-edge/wpt_nulls.vtt": "a test of NUL bytes: webvtt-py stops at the first malformed time, Debrief ignores NULs and keeps cues that the standard calls invalid",
    "transcripts/srt/astisub_cr.srt": "lines end in CR alone, which srt does not split",
    "transcripts/srt/fenic_riverside_1.srt": "one cue holds 10,465 characters in 3 seconds, with headings like RBA (01:00:32.856) in it; Debrief reads them as names and splits the cue into turns",
    "transcripts/srt/utf16.srt": "UTF-16; srt takes text and was given the bytes read as UTF-8",
}

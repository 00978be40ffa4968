//! The operators of a page that show text.

use std::sync::Arc;

use hayro_font::hayro_cmap::BfString;
use hayro_font::kurbo::Affine;
use hayro_font::{CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn};
use hayro_syntax::Pdf;
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::object::{Dict, Name, Object, String as Shown};
use hayro_syntax::page::Resources;

use super::lines::{Letter, Lines};

/// Maximum number of operators in a whole document.
const MAX_OPERATORS: u64 = 20_000_000;
/// Maximum number of operators in forms: those that are nested multiply.
const MAX_FORM_OPERATORS: u64 = 1_000_000;
/// Maximum number of letters: more than a day of speech.
const MAX_LETTERS: usize = 8 << 20;
/// Maximum depth of nested forms.
const MAX_DEPTH: u32 = 8;
/// Maximum number of saved states.
const MAX_STATES: usize = 256;
const MAX_PAGES: usize = 10_000;
const PER_EM: f64 = 1000.0;

/// Result of reading a document.
pub(super) struct Read {
    pub(super) text: String,
    /// Whether it was read to its end.
    pub(super) whole: bool,
    /// Number of letters without a Unicode mapping.
    pub(super) lost: usize,
}

/// Extracts the text of all pages.
pub(super) fn text(document: &Pdf) -> Read {
    let fonts: FontResolverFn = Arc::new(|query| {
        let font = match query {
            FontQuery::Standard(font) => *font,
            FontQuery::Fallback(query) => query.pick_standard_font(),
        };
        Some(font.get_font_data())
    });
    let mut reader = Reader {
        cache: FontCache::new(),
        fonts,
        cmaps: Arc::new(|_| None),
        lines: Lines::default(),
        left: MAX_OPERATORS,
        left_in_forms: MAX_FORM_OPERATORS,
        lost: 0,
    };
    let mut whole = true;
    for (number, page) in document.pages().iter().enumerate() {
        if reader.is_full() || number >= MAX_PAGES {
            whole = false;
            break;
        }
        reader.run(page.typed_operations(), page.resources(), State::default(), 0);
        reader.lines.page();
    }
    whole &= !reader.is_full() && reader.left_in_forms > 0;
    Read { text: reader.lines.finish(), whole, lost: reader.lost }
}

struct Reader<'a> {
    cache: FontCache<'a>,
    fonts: FontResolverFn,
    cmaps: CMapResolverFn,
    lines: Lines,
    left: u64,
    left_in_forms: u64,
    lost: usize,
}

/// State set by the operators.
#[derive(Clone)]
struct State<'a> {
    matrix: Affine,
    text: Affine,
    line: Affine,
    font: Option<Font<'a>>,
    size: f64,
    letter_space: f64,
    word_space: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

impl Default for State<'_> {
    fn default() -> Self {
        Self {
            matrix: Affine::IDENTITY,
            text: Affine::IDENTITY,
            line: Affine::IDENTITY,
            font: None,
            size: 1.0,
            letter_space: 0.0,
            word_space: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

impl State<'_> {
    fn next_line(&mut self, x: f64, y: f64) {
        self.line *= Affine::translate((x, y));
        self.text = self.line;
    }
}

impl<'a> Reader<'a> {
    fn is_full(&self) -> bool {
        self.left == 0 || self.lines.len() >= MAX_LETTERS
    }

    fn run(
        &mut self,
        mut operators: TypedIter<'_>,
        resources: &Resources<'a>,
        state: State<'a>,
        depth: u32,
    ) {
        let mut state = state;
        let mut saved: Vec<State<'a>> = Vec::new();
        while let Some(operator) = operators.next() {
            self.left = self.left.saturating_sub(1);
            if depth > 0 {
                self.left_in_forms = self.left_in_forms.saturating_sub(1);
            }
            if self.is_full() || depth > 0 && self.left_in_forms == 0 {
                return;
            }
            match operator {
                TypedInstruction::SaveState(_) if saved.len() < MAX_STATES => {
                    saved.push(state.clone())
                }
                TypedInstruction::RestoreState(_) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                TypedInstruction::Transform(m) => {
                    state.matrix *= Affine::new([m.0, m.1, m.2, m.3, m.4, m.5].map(|n| n.as_f64()));
                }
                TypedInstruction::BeginText(_) => {
                    (state.text, state.line) = (Affine::IDENTITY, Affine::IDENTITY);
                }
                TypedInstruction::SetTextMatrix(m) => {
                    state.line = Affine::new([m.0, m.1, m.2, m.3, m.4, m.5].map(|n| n.as_f64()));
                    state.text = state.line;
                }
                TypedInstruction::TextFont(font) => {
                    state.size = font.1.as_f64();
                    state.font = self.font(resources, font.0);
                }
                TypedInstruction::CharacterSpacing(n) => state.letter_space = n.0.as_f64(),
                TypedInstruction::WordSpacing(n) => state.word_space = n.0.as_f64(),
                TypedInstruction::HorizontalScaling(n) => state.scale = n.0.as_f64() / 100.0,
                TypedInstruction::TextLeading(n) => state.leading = n.0.as_f64(),
                TypedInstruction::TextRise(n) => state.rise = n.0.as_f64(),
                TypedInstruction::NextLine(n) => state.next_line(n.0.as_f64(), n.1.as_f64()),
                TypedInstruction::NextLineAndSetLeading(n) => {
                    state.leading = -n.1.as_f64();
                    state.next_line(n.0.as_f64(), n.1.as_f64());
                }
                TypedInstruction::NextLineUsingLeading(_) => state.next_line(0.0, -state.leading),
                TypedInstruction::ShowText(text) => self.show(&mut state, text.0),
                TypedInstruction::NextLineAndShowText(text) => {
                    state.next_line(0.0, -state.leading);
                    self.show(&mut state, text.0);
                }
                TypedInstruction::ShowTextWithParameters(text) => {
                    (state.word_space, state.letter_space) = (text.0.as_f64(), text.1.as_f64());
                    state.next_line(0.0, -state.leading);
                    self.show(&mut state, text.2);
                }
                TypedInstruction::ShowTexts(texts) => {
                    for part in texts.0.iter::<Object<'_>>() {
                        match part {
                            Object::Number(by) => {
                                let by = -by.as_f64() / PER_EM * state.size * state.scale;
                                state.text *= Affine::translate((by, 0.0));
                            }
                            Object::String(text) => self.show(&mut state, &text),
                            _ => {}
                        }
                    }
                }
                TypedInstruction::XObject(form) if depth < MAX_DEPTH => {
                    self.form(resources, form.0, &state, depth);
                }
                _ => {}
            }
        }
    }

    fn font(&self, resources: &Resources<'a>, name: &Name<'_>) -> Option<Font<'a>> {
        let dict = resources.get_font(name)?;
        self.cache.font(&dict, &self.fonts, &self.cmaps)
    }

    /// Reads a form: reusable page content.
    fn form(&mut self, resources: &Resources<'a>, name: &Name<'_>, state: &State<'a>, depth: u32) {
        if self.left_in_forms == 0 {
            return;
        }
        let Some(stream) = resources.get_x_object(name) else { return };
        let dict = stream.dict();
        let is_form =
            dict.get::<Name<'_>>(b"Subtype" as &[u8]).is_some_and(|kind| kind.as_ref() == b"Form");
        if !is_form {
            return;
        }
        let Ok(data) = stream.decoded_data() else { return };
        // Unpacking is work, too.
        let unpacked = data.len() as u64 / 16;
        self.left = self.left.saturating_sub(unpacked);
        self.left_in_forms = self.left_in_forms.saturating_sub(unpacked);
        let mut state = state.clone();
        if let Some(matrix) = dict.get::<[f64; 6]>(b"Matrix" as &[u8]) {
            state.matrix *= Affine::new(matrix);
        }
        let own = dict.get::<Dict<'_>>(b"Resources" as &[u8]).map(Resources::new);
        self.run(TypedIter::new(&data), own.as_ref().unwrap_or(resources), state, depth + 1);
    }

    fn show(&mut self, state: &mut State<'a>, text: &Shown<'_>) {
        let Some(font) = state.font.clone() else { return };
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() && !self.is_full() {
            let (code, length) = font.read_code(bytes, at);
            at += length.max(1);
            let unicode = match font.glyph(font.map_code(code), code) {
                FontGlyph::Outline(glyph) => glyph.as_unicode(),
                FontGlyph::Type3(glyph) => glyph.as_unicode(),
            };
            let before = state.matrix * state.text;
            let (advance, across) = match font.is_horizontal() {
                true => (font.code_advance(code).x, true),
                false => (font.code_advance(code).y, false),
            };
            let mut by = advance / PER_EM * state.size + state.letter_space;
            if code == 32 && length == 1 {
                by += state.word_space;
            }
            state.text *= match across {
                true => Affine::translate((by * state.scale, 0.0)),
                false => Affine::translate((0.0, by)),
            };
            let place = |matrix: Affine| {
                let [_, _, _, _, x, y] =
                    (matrix * Affine::translate((0.0, state.rise))).as_coeffs();
                (x, y)
            };
            let size = (before.determinant().abs().sqrt() * state.size).abs();
            let (from, to) = (place(before), place(state.matrix * state.text));
            let mut letter = |c: char| self.lines.letter(Letter { c, from, to, size });
            match unicode {
                Some(BfString::Char('\0')) | None => self.lost += 1,
                Some(BfString::Char(c)) => letter(c),
                Some(BfString::String(letters)) => letters.chars().for_each(letter),
            }
        }
    }
}

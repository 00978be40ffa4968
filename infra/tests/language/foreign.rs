//! Servers that nobody here wrote. `docs/language-model.md` says what they are.

//! Tables: a row for each turn, segment or token.

pub(crate) mod csv;
pub(crate) mod md_table;
pub(crate) mod rev_nlp;
pub(crate) mod tsv;

use proptest::prelude::*;

use super::*;

#[test]
fn placeholder() {}

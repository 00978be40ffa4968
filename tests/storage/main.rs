//! What a server keeps, and what becomes of it: restored, damaged, deleted, read by others, full.

mod builds;
mod damage;
mod doctor;
mod forget;
mod full;
mod permissions;
mod restore;
#[path = "../support/mod.rs"]
mod support;

//! Prints, for each format, how many words of files are in no turn: how many of them are counted by
//! warnings, and how many vanish.
//!
//! `cargo run -p debrief-formats --example words [FOLDER…]`; without folders, on the corpus at
//! `DEBRIEF_CORPUS`, or `../shared/corpus` next to the checkout.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use debrief_formats::conservation::{self, Balance};
use debrief_formats::{Content, parse};

#[derive(Default)]
struct Sum {
    files: u32,
    words: u64,
    counted: u64,
    lost: u64,
}

fn main() {
    let mut folders: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if folders.is_empty() {
        folders.push(std::env::var_os("DEBRIEF_CORPUS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus"),
            PathBuf::from,
        ));
    }
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut add = |file: &Path, content: &Content, balance: &Balance| {
        let sum = sums.entry(content.format.clone()).or_default();
        sum.files += 1;
        sum.words += balance.words;
        sum.counted += balance.missing.min(balance.counted);
        sum.lost += balance.lost();
        if balance.lost() > 0 {
            println!("{}: {} lost: {}", file.display(), balance.lost(), balance.examples.join(" "));
        }
    };
    let mut unread: Vec<PathBuf> = folders;
    while let Some(path) = unread.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).into_iter().flatten();
            unread.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
            continue;
        }
        let Ok(bytes) = fs::read(&path) else { continue };
        if let Ok(content) = parse(&bytes)
            && let Some(balance) = conservation::balance(&bytes, &content)
        {
            add(&path, &content, &balance);
        }
    }
    println!("\nformat: files, words, skipped and counted, lost");
    for (format, Sum { files, words, counted, lost }) in sums {
        println!("{format}: {files}, {words}, {counted}, {lost}");
    }
}

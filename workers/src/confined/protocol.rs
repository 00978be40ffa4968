//! The protocol on the pipes between a process and its child, which run the same program.
//!
//! Everything is length-prefixed; numbers are little-endian. A request is the number of its parts
//! (`u32`), the length of each (`u64`), and the parts: a [`Header`] as JSON, the head as JSON, and
//! any number of bodies. An answer is its [`Status`] (a byte), its length (`u64`), and its bytes.

use super::Request;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Maximum number of parts of a request.
const PARTS_MAX: u32 = 10_000;

/// What a child should do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// The name of a task.
    pub(super) task: String,
    /// Processor time that it may use, in milliseconds.
    pub(super) budget_ms: u64,
}

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// The task's result.
    Done = 0,
    /// The reason of a failure, as a sentence.
    Failed = 1,
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Sends a request.
pub(super) async fn ask(
    mut to: impl AsyncWrite + Unpin,
    request: &Request,
    budget: Duration,
) -> io::Result<()> {
    let budget_ms = u64::try_from(budget.as_millis()).unwrap_or(u64::MAX);
    let header = Header { task: request.task.name.to_owned(), budget_ms };
    let header = serde_json::to_vec(&header)?;
    let parts = || {
        let bodies = request.bodies.iter().map(|body| &body[..]);
        [&header[..], &request.head[..]].into_iter().chain(bodies)
    };
    let count = u32::try_from(parts().count()).ok().filter(|count| *count <= PARTS_MAX);
    let mut prefix = count.ok_or_else(|| malformed("too many parts"))?.to_le_bytes().to_vec();
    parts().for_each(|part| prefix.extend((part.len() as u64).to_le_bytes()));
    to.write_all(&prefix).await?;
    for part in parts() {
        to.write_all(part).await?;
    }
    to.flush().await
}

/// Receives an answer.
pub(super) async fn hear(mut from: impl AsyncRead + Unpin) -> io::Result<(Status, Vec<u8>)> {
    let status = match from.read_u8().await? {
        0 => Status::Done,
        1 => Status::Failed,
        _ => return Err(malformed("an answer of no known status")),
    };
    let length = usize::try_from(from.read_u64_le().await?).map_err(|_| malformed("too long"))?;
    let mut answer = Vec::new();
    (&mut from).take(length as u64).read_to_end(&mut answer).await?;
    match answer.len() == length {
        true => Ok((status, answer)),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// A received request: its header, head and bodies.
pub(super) type Received = (Header, Vec<u8>, Vec<Bytes>);

/// Receives a request; `None` at the end of the input.
pub(super) fn receive(mut from: impl Read) -> io::Result<Option<Received>> {
    let mut four = [0; 4];
    match from.read_exact(&mut four) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let count = u32::from_le_bytes(four);
    if !(2..=PARTS_MAX).contains(&count) {
        return Err(malformed("a request of no known form"));
    }
    let mut lengths = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let mut eight = [0; 8];
        from.read_exact(&mut eight)?;
        lengths.push(u64::from_le_bytes(eight));
    }
    let mut parts = Vec::with_capacity(lengths.len());
    for length in lengths {
        let mut part = Vec::new();
        if from.by_ref().take(length).read_to_end(&mut part)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        parts.push(part);
    }
    let mut parts = parts.into_iter();
    let (Some(header), Some(head)) = (parts.next(), parts.next()) else {
        return Err(malformed("a request without a head"));
    };
    Ok(Some((serde_json::from_slice(&header)?, head, parts.map(Bytes::from).collect())))
}

/// Returns what precedes the content of an answer.
pub(super) fn answer_prefix(status: Status, length: usize) -> Vec<u8> {
    [&[status as u8][..], &(length as u64).to_le_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_sent_is_what_comes() {
        let bodies = vec![Bytes::from_static(b"one"), Bytes::new(), Bytes::from(vec![7; 100_000])];
        let task = &super::super::session::TASK;
        let request = Request { task, head: b"{}".to_vec(), bodies: bodies.clone() };
        let mut sent = Vec::new();
        ask(&mut sent, &request, Duration::from_millis(1_500)).await.unwrap();
        let twice = [sent.clone(), sent.clone()].concat();
        let mut from = &twice[..];
        for _ in 0..2 {
            let (header, head, received) = receive(&mut from).unwrap().unwrap();
            let expected = Header { task: task.name.to_owned(), budget_ms: 1_500 };
            assert_eq!((header, head, received), (expected, b"{}".to_vec(), bodies.clone()));
        }
        assert!(receive(&mut from).unwrap().is_none());
        // Cut off anywhere, it is no request.
        for end in 5..sent.len() - 1 {
            if end % 997 == 0 || end < 200 {
                assert!(receive(&sent[..end]).is_err(), "at {end}");
            }
        }
    }

    #[tokio::test]
    async fn an_answer_that_broke_off_is_none() {
        for status in [Status::Done, Status::Failed] {
            let mut sent = answer_prefix(status, 5);
            sent.extend(b"words");
            assert_eq!(hear(&sent[..]).await.unwrap(), (status, b"words".to_vec()));
            for end in 0..sent.len() {
                assert!(hear(&sent[..end]).await.is_err(), "at {end}");
            }
        }
        assert!(hear(&[9, 0, 0, 0, 0, 0, 0, 0, 0][..]).await.is_err());
    }
}

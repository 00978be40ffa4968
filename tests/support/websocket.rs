//! A WebSocket client.

use super::Api;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// The timeout for a message.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open connection.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// Messages that arrived while waiting for an answer.
    waiting: VecDeque<Value>,
    last_id: u64,
}

impl Socket {
    /// Connects with the key in a header.
    pub async fn open(api: &Api) -> Self {
        Self::connect(&api.url, Some(&api.key), None).await.unwrap()
    }

    /// Connects without a key.
    pub async fn anonymous(url: &str) -> Self {
        Self::connect(url, None, None).await.unwrap()
    }

    /// Connects; `receive_buffer` is the size of the system's buffer for a client that does not
    /// read.
    pub async fn connect(
        url: &str,
        key: Option<&str>,
        receive_buffer: Option<u32>,
    ) -> Result<Self, Error> {
        let address = url.strip_prefix("http://").unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let tcp = socket.connect(address.parse().unwrap()).await?;
        let mut request = format!("ws://{address}/v1/ws").into_client_request()?;
        if let Some(key) = key {
            request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        }
        let (stream, _) = client_async(request, tcp).await?;
        Ok(Self { stream, waiting: VecDeque::new(), last_id: 0 })
    }

    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.stream.send(message).await
    }

    /// Sends a request and returns its answer: `ok` or `err`.
    pub async fn ask(&mut self, mut request: Value) -> Value {
        self.last_id += 1;
        request["id"] = json!(self.last_id);
        self.send(Message::text(request.to_string())).await.unwrap();
        let id = self.last_id;
        loop {
            let message = self.receive().await.unwrap_or_else(|end| panic!("closed: {end:?}"));
            if message["id"] == id {
                return message;
            }
            self.waiting.push_back(message);
        }
    }

    /// Subscribes; returns `{channel, epoch, offset, recovered}`.
    pub async fn subscribe(&mut self, channel: &str, since: Option<(&str, i64)>) -> Value {
        let mut request = json!({"t": "sub", "channel": channel});
        if let Some((epoch, offset)) = since {
            request["since"] = json!({"epoch": epoch, "offset": offset});
        }
        let answer = self.ask(request).await;
        assert_eq!(answer["t"], "ok", "{answer}");
        answer["ok"].clone()
    }

    /// Returns the `code` of a request that must be refused.
    pub async fn refusal(&mut self, request: Value) -> String {
        let answer = self.ask(request).await;
        assert_eq!(answer["t"], "err", "{answer}");
        assert!(answer["err"]["message"].as_str().unwrap().len() >= 20, "{answer}");
        answer["err"]["code"].as_str().unwrap().to_owned()
    }

    /// Returns the next message that is not an answer.
    pub async fn next(&mut self) -> Value {
        self.try_next().await.unwrap_or_else(|end| panic!("closed: {end:?}"))
    }

    /// Returns the next message that is not an answer, or the code with which the connection was
    /// closed.
    pub async fn try_next(&mut self) -> Result<Value, Option<u16>> {
        match self.waiting.pop_front() {
            Some(message) => Ok(message),
            None => self.receive().await,
        }
    }

    /// Checks that nothing arrives for a while.
    pub async fn nothing_for(&mut self, time: Duration) {
        assert!(self.waiting.is_empty(), "{:?}", self.waiting);
        if let Ok(message) = tokio::time::timeout(time, self.receive()).await {
            panic!("there came {message:?}");
        }
    }

    /// Reads to the end; returns the server's close code, if it sent one.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            if let Err(code) = self.receive().await {
                return code;
            }
        }
    }

    async fn receive(&mut self) -> Result<Value, Option<u16>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = tokio::time::timeout_at(deadline.into(), self.stream.next())
                .await
                .unwrap_or_else(|_| panic!("no message within {PATIENCE:?}"));
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(Some(CloseFrame { code, .. })))) => {
                    return Err(Some(code.into()));
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Err(None),
                Some(Ok(_)) => {}
            }
        }
    }
}

//! A TCP proxy that cuts connections: the network between a client and the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

/// A running proxy; it ends with the runtime.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    cut: Arc<AtomicU64>,
}

impl Proxy {
    /// Forwards connections to `to`, and resets each after a random time within `lives`.
    pub(crate) async fn start(to: u16, lives: std::ops::Range<u64>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let cut = Arc::new(AtomicU64::new(0));
        let proxy = Self { port, cut: Arc::clone(&cut) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let life = Duration::from_millis(rand::random_range(lives.clone()));
                tokio::spawn(pass_on(client, to, life, Arc::clone(&cut)));
            }
        });
        proxy
    }

    /// Returns the number of connections reset so far.
    pub(crate) fn cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }
}

async fn pass_on(mut client: TcpStream, to: u16, life: Duration, cut: Arc<AtomicU64>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await else {
        let _ = client.set_zero_linger();
        return;
    };
    let copy = tokio::io::copy_bidirectional(&mut client, &mut server);
    if tokio::time::timeout(life, copy).await.is_err() {
        cut.fetch_add(1, Ordering::Relaxed);
        // A reset on both sides, in the middle of the traffic.
        let _ = client.set_zero_linger();
        let _ = server.set_zero_linger();
    } else {
        let _ = client.shutdown().await;
    }
}

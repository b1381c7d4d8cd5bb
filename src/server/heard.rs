//! A connection that breaks off when the other side takes nothing for too long. Whoever asks and never reads the answers would hold its
//! place for ever; a stream that is read, however slowly, lives on.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Input and output with a limit on how long a write may stand still.
pub(super) struct Heard<S> {
    inner: S,
    most: Duration,
    /// Runs from the first write that found no room, until one finds some.
    still: Option<Pin<Box<Sleep>>>,
}

impl<S> Heard<S> {
    /// Breaks off when nothing could be written for `most`.
    pub(super) fn new(inner: S, most: Duration) -> Self {
        Self { inner, most, still: None }
    }

    /// What a write came to. While it stands still the time runs, whichever kind of write it is.
    fn within<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.still = None;
            return written;
        }
        let most = self.most;
        let still = self.still.get_or_insert_with(|| Box::pin(sleep(most)));
        let ended = still.as_mut().poll(cx);
        ended.map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads the answer")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heard<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heard<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write(cx, bytes);
        this.within(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write_vectored(cx, parts);
        this.within(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.inner).poll_flush(cx);
        this.within(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.inner).poll_shutdown(cx);
        this.within(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const MOST: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn a_write_that_nobody_reads_ends() {
        let (ours, _theirs) = duplex(10);
        let mut ours = Heard::new(ours, MOST);
        ours.write_all(b"0123456789").await.unwrap();
        let begun = std::time::Instant::now();
        let end = tokio::time::timeout(Duration::from_secs(5), ours.write_all(b"x")).await.unwrap();
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= MOST, "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_write_that_is_read_slowly_goes_on_and_a_pause_between_writes_is_none() {
        let (ours, mut theirs) = duplex(10);
        let mut ours = Heard::new(ours, MOST);
        let reader = tokio::spawn(async move {
            let mut part = [0; 10];
            for _ in 0..5 {
                sleep(MOST / 4).await;
                theirs.read_exact(&mut part).await.unwrap();
            }
            // Longer than the limit: nothing is to be written meanwhile.
            sleep(MOST * 2).await;
            theirs.read_exact(&mut part).await.unwrap();
        });
        ours.write_all(&[b'x'; 50]).await.unwrap();
        sleep(MOST * 2).await;
        ours.write_all(&[b'x'; 10]).await.unwrap();
        reader.await.unwrap();
    }
}

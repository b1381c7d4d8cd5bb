//! Reads a request body within limits of size, time and memory. Never looks into it.

use axum::body::Body;
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Limits;

/// Memory is counted in units of this many bytes.
const UNIT: usize = 4096;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Larger than allowed.
    TooLarge,
    /// Took too long.
    TooSlow,
    /// The sender went away.
    Broken,
    /// Too many bodies are held already.
    Busy,
}

/// Units that `bytes` take.
pub(super) fn units(bytes: usize) -> usize {
    bytes.div_ceil(UNIT)
}

/// The whole body, with the permit for the memory it takes: to be kept as long as the bytes are.
pub(super) async fn read(
    body: Body,
    declared: Option<usize>,
    limits: Limits,
    memory: &Semaphore,
) -> Result<(Vec<u8>, SemaphorePermit<'_>), Unread> {
    if declared.is_some_and(|bytes| bytes > limits.body_bytes) {
        return Err(Unread::TooLarge);
    }
    tokio::time::timeout(limits.body_time, collect(body, limits.body_bytes, memory))
        .await
        .unwrap_or(Err(Unread::TooSlow))
}

async fn collect(body: Body, most: usize, memory: &Semaphore) -> Result<(Vec<u8>, SemaphorePermit<'_>), Unread> {
    let mut bytes = Vec::new();
    let mut stream = body.into_data_stream();
    let mut held = memory.try_acquire_many(0).map_err(|_| Unread::Busy)?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        let size = bytes.len() + chunk.len();
        if size > most {
            return Err(Unread::TooLarge);
        }
        let more = u32::try_from(units(size).saturating_sub(held.num_permits())).map_err(|_| Unread::TooLarge)?;
        held.merge(memory.try_acquire_many(more).map_err(|_| Unread::Busy)?);
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, held))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits {
        body_bytes: 10,
        body_time: Duration::from_millis(20),
        head_time: Duration::from_millis(20),
        write_time: Duration::from_millis(20),
        connections: 1,
        silence: Duration::from_secs(1),
        requests: 1,
        held_bytes: 3 * UNIT,
    };

    fn chunks(parts: &[&'static str]) -> Body {
        let parts: Vec<Result<&'static str, std::io::Error>> = parts.iter().map(|part| Ok(*part)).collect();
        Body::from_stream(futures_util::stream::iter(parts))
    }

    #[tokio::test]
    async fn a_body_up_to_the_limit_is_read_and_one_byte_more_is_not() {
        let memory = Semaphore::new(3);
        let cases: &[(&[&'static str], Result<&str, Unread>)] = &[
            (&[], Ok("")),
            (&["12345", "67890"], Ok("1234567890")),
            (&["12345", "678901"], Err(Unread::TooLarge)),
            (&["12345678901"], Err(Unread::TooLarge)),
        ];
        for (parts, expected) in cases {
            let read = read(chunks(parts), None, LIMITS, &memory).await;
            if let Ok((bytes, _)) = &read {
                assert_eq!(memory.available_permits() + units(bytes.len()), 3, "memory is held as long as the body");
            }
            assert_eq!(read.map(|(bytes, _)| bytes), expected.map(|text| text.as_bytes().to_vec()), "{parts:?}");
            assert_eq!(memory.available_permits(), 3, "memory is given back");
        }
    }

    #[tokio::test]
    async fn a_declared_length_over_the_limit_is_refused_unread() {
        let memory = Semaphore::new(3);
        assert_eq!(read(chunks(&["1"]), Some(11), LIMITS, &memory).await.err(), Some(Unread::TooLarge));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let body = Body::from_stream(futures_util::stream::pending::<Result<&'static str, std::io::Error>>());
        assert_eq!(read(body, None, LIMITS, &Semaphore::new(3)).await.err(), Some(Unread::TooSlow));
    }

    #[tokio::test]
    async fn a_sender_that_goes_away_is_noticed() {
        let body =
            Body::from_stream(futures_util::stream::iter([Ok("1"), Err(std::io::Error::other("connection reset"))]));
        assert_eq!(read(body, None, LIMITS, &Semaphore::new(3)).await.err(), Some(Unread::Broken));
    }

    #[tokio::test]
    async fn no_memory_left_means_busy() {
        let memory = Semaphore::new(0);
        assert_eq!(read(chunks(&["1"]), None, LIMITS, &memory).await.err(), Some(Unread::Busy));
    }
}

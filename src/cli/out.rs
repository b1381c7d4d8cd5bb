//! Standard output whose end stops no work: what a reader left unread, or a full disk did not take, is told when all else is done.

use std::io::{Error, Write};

/// Takes everything. From the first failure on nothing is written any more; [`Write::flush`] says why.
#[derive(Debug)]
pub(super) struct Out<W> {
    inner: W,
    failed: Option<Error>,
}

impl<W: Write> Out<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, failed: None }
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.failed.is_none() {
            self.failed = self.inner.write_all(bytes).err();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.failed.is_none() {
            self.failed = self.inner.flush().err();
        }
        match &self.failed {
            None => Ok(()),
            Some(error) => Err(error.raw_os_error().map_or_else(|| error.kind().into(), Error::from_raw_os_error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    /// Takes so many bytes and then no more.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(ErrorKind::BrokenPipe.into());
            }
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_told_at_the_end_and_again() {
        let mut out = Out::new(Full(6));
        write!(out, "abc").unwrap();
        out.flush().unwrap();
        write!(out, "defghi").unwrap();
        write!(out, "more").unwrap();
        for _ in 0..2 {
            assert_eq!(out.flush().map_err(|error| error.kind()), Err(ErrorKind::BrokenPipe));
        }
    }
}

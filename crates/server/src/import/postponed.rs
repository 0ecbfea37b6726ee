//! Lines that name what only later lines bring, put aside until all others were read.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write as _};

use bytes::Bytes;

use super::lines::Line;

/// Lines in a file without a name.
#[derive(Debug, Default)]
pub(crate) struct Postponed {
    file: Option<BufWriter<File>>,
    /// How many there are.
    pub(crate) count: u64,
}

/// The lines, in the order in which they were put aside.
#[derive(Debug)]
pub(crate) struct Again {
    file: Option<BufReader<File>>,
    left: u64,
}

impl Postponed {
    pub(crate) fn push(&mut self, number: u64, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        file.write_all(&number.to_be_bytes())?;
        file.write_all(&(bytes.len() as u64).to_be_bytes())?;
        file.write_all(bytes)?;
        self.count += 1;
        Ok(())
    }

    /// Takes all lines out.
    pub(crate) fn take(&mut self) -> io::Result<Again> {
        let left = std::mem::take(&mut self.count);
        let Some(file) = self.file.take() else { return Ok(Again { file: None, left }) };
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Again { file: Some(BufReader::new(file)), left })
    }
}

impl Again {
    pub(crate) fn next(&mut self) -> io::Result<Option<Line>> {
        let (Some(file), 1..) = (&mut self.file, self.left) else { return Ok(None) };
        let mut number = [0; 8];
        let mut length = [0; 8];
        file.read_exact(&mut number)?;
        file.read_exact(&mut length)?;
        let mut bytes = vec![0; usize::try_from(u64::from_be_bytes(length)).map_err(io::Error::other)?];
        file.read_exact(&mut bytes)?;
        self.left -= 1;
        Ok(Some(Line { number: u64::from_be_bytes(number), bytes: Some(Bytes::from(bytes)) }))
    }
}

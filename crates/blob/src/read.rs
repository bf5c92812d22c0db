//! Reading a blob, a chunk at a time.

use crate::{CHUNK_BYTES, blocking};
use base::Fault;
use bytes::Bytes;
use std::{fs::File, io, ops::Range, os::unix::fs::FileExt, sync::Arc};

#[derive(Debug)]
pub struct BlobReader {
    file: Arc<File>,
    size_bytes: u64,
    left: Range<u64>,
}

impl BlobReader {
    pub(crate) fn new(file: File, range: Range<u64>) -> io::Result<Self> {
        let size_bytes = file.metadata()?.len();
        let end = range.end.min(size_bytes);
        Ok(Self { file: Arc::new(file), size_bytes, left: range.start.min(end)..end })
    }

    /// Of the whole blob.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
    /// How many bytes are still to come.
    pub fn left_bytes(&self) -> u64 {
        self.left.end - self.left.start
    }

    /// The next chunk; None at the end of the range.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let size = usize::try_from(self.left_bytes()).map_or(CHUNK_BYTES, |left| left.min(CHUNK_BYTES));
        if size == 0 {
            return Ok(None);
        }
        let (file, offset) = (self.file.clone(), self.left.start);
        let chunk = blocking("read a blob", move || {
            let mut chunk = vec![0; size];
            file.read_exact_at(&mut chunk, offset)?;
            Ok(chunk)
        });
        let chunk = chunk.await?;
        self.left.start += chunk.len() as u64;
        Ok(Some(chunk.into()))
    }

    /// The rest in memory: for what is known to be small.
    pub async fn read_to_end(mut self) -> Result<Vec<u8>, Fault> {
        let mut all = Vec::new();
        while let Some(chunk) = self.next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }
}

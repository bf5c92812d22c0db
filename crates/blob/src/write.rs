//! Writing a blob: aside, hashed on the way, then synced and renamed.

use crate::{Blob, BlobId, Blobs, CHUNK_BYTES, blocking};
use base::Fault;
use md5::{Digest, Md5};
use sha2::Sha256;
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    mem,
    path::PathBuf,
};

/// A blob in the making. Dropped before [`finish`](Self::finish), it leaves nothing.
pub struct BlobWriter {
    /// None: a write failed or was abandoned half way, so nobody knows what is in the file.
    draft: Option<Draft>,
    chunk: Vec<u8>,
}

struct Draft {
    blobs: Blobs,
    id: BlobId,
    /// Made with the first full chunk, or at the end, so that a small blob is one trip to a blocking thread.
    file: Option<Aside>,
    size_bytes: u64,
    md5: Md5,
    sha256: Sha256,
}

/// A file that is removed unless it was renamed.
struct Aside {
    file: File,
    path: PathBuf,
    is_renamed: bool,
}

impl BlobWriter {
    pub(crate) fn new(blobs: Blobs, id: BlobId) -> Self {
        let draft = Draft { blobs, id, file: None, size_bytes: 0, md5: Md5::new(), sha256: Sha256::new() };
        Self { draft: Some(draft), chunk: Vec::new() }
    }

    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() == CHUNK_BYTES {
                let (chunk, mut draft) = (mem::take(&mut self.chunk), self.take_draft()?);
                let written = blocking("write a blob", move || {
                    draft.write(&chunk)?;
                    Ok((draft, chunk))
                });
                let (draft, mut chunk) = written.await?;
                chunk.clear();
                (self.draft, self.chunk) = (Some(draft), chunk);
            }
        }
        Ok(())
    }

    /// Answers when the blob is durable under its id.
    pub async fn finish(mut self) -> Result<Blob, Fault> {
        let (chunk, mut draft) = (mem::take(&mut self.chunk), self.take_draft()?);
        blocking("finish a blob", move || {
            draft.write(&chunk)?;
            draft.finish()
        })
        .await
    }

    pub(crate) fn concat(self, sources: &[PathBuf]) -> io::Result<(BlobId, u64)> {
        let mut draft = self.draft.expect("nothing was written to this writer yet");
        let target = draft.file()?;
        let mut size_bytes = 0;
        for source in sources {
            // Between files this is copy_file_range: no byte comes through here.
            size_bytes += io::copy(&mut File::open(source)?, target)?;
        }
        draft.size_bytes = size_bytes;
        draft.finish().map(|blob| (blob.id, blob.size_bytes))
    }

    fn take_draft(&mut self) -> Result<Draft, Fault> {
        self.draft.take().ok_or_else(|| Fault::internal("a blob is written on after a write that failed"))
    }
}

impl Draft {
    fn file(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            let path = self.blobs.shared.aside.join(&self.id.0);
            let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            self.file = Some(Aside { file, path, is_renamed: false });
        }
        Ok(&mut self.file.as_mut().expect("it was just made").file)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.sha256.update(bytes);
        self.size_bytes += bytes.len() as u64;
        self.file()?.write_all(bytes)
    }

    fn finish(mut self) -> io::Result<Blob> {
        let mut aside = self.file.take().expect("the last chunk, even an empty one, was written");
        self.blobs.sync_file(&aside.file)?;
        fs::rename(&aside.path, self.blobs.path(&self.id))?;
        aside.is_renamed = true;
        self.blobs.sync_folder(&self.blobs.shared.whole)?;
        let (md5, sha256) = (self.md5.finalize().into(), self.sha256.finalize().into());
        Ok(Blob { id: self.id, size_bytes: self.size_bytes, md5, sha256 })
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.is_renamed {
            // What cannot be removed now is removed when the blobs are opened next.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl fmt::Debug for BlobWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.draft.as_ref().map(|draft| &draft.id);
        f.debug_struct("BlobWriter").field("id", &id).finish_non_exhaustive()
    }
}

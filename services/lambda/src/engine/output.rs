//! What an environment writes, on its way to the log.
//!
//! Lines wait in a [`Sink`] of bounded size until they are shipped. While it is full nobody reads the function's pipes,
//! so a function that writes faster than its log takes waits, as with any pipe; nothing is dropped and nothing grows.

use base::{Clock, Timestamp};
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::unix::pipe::Receiver, sync::Notify};

/// What may wait to be shipped.
const MOST_WAITING_BYTES: usize = 1024 * 1024;
/// Longer lines are cut: as long as AWS lets an event of a function's log be.
const MOST_LINE_BYTES: usize = 256 * 1024;
/// AWS quota: what LogType=Tail answers.
const TAIL_BYTES: usize = 4096;
/// A line counts for more than its text, or empty lines would be free.
const LINE_OVERHEAD_BYTES: usize = 64;

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) time: Timestamp,
    pub(super) text: String,
}

/// The lines of one environment.
#[derive(Debug)]
pub(super) struct Sink {
    clock: Clock,
    state: Mutex<State>,
    /// Lines came or went, or no more will come.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<Line>,
    bytes: usize,
    is_closed: bool,
    /// The end of what was written since the invocation that wants it began.
    tail: Option<Vec<u8>>,
}

impl Sink {
    pub(super) fn new(clock: Clock) -> Arc<Self> {
        Arc::new(Self { clock, state: Mutex::default(), changed: Notify::new() })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line, whose end is added here.
    pub(super) fn push(&self, text: &str) {
        let time = self.clock.now();
        let text = format!("{text}\n");
        let mut state = self.state();
        if let Some(tail) = &mut state.tail {
            tail.extend_from_slice(text.as_bytes());
            let over = tail.len().saturating_sub(TAIL_BYTES);
            tail.drain(..over);
        }
        state.bytes += text.len() + LINE_OVERHEAD_BYTES;
        state.lines.push_back(Line { time, text });
        drop(state);
        self.changed.notify_waiters();
    }

    pub(super) fn begin_tail(&self) {
        self.state().tail = Some(Vec::new());
    }
    pub(super) fn take_tail(&self) -> Option<Vec<u8>> {
        self.state().tail.take()
    }
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_waiters();
    }

    fn is_full(&self) -> bool {
        self.state().bytes >= MOST_WAITING_BYTES
    }
    async fn until<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the look, so that no change is missed between.
            changed.as_mut().enable();
            if let Some(found) = look(&mut self.state()) {
                return found;
            }
            changed.await;
        }
    }
    async fn has_room(&self) {
        self.until(|state| (state.bytes < MOST_WAITING_BYTES).then_some(())).await;
    }
    /// Returns when there is a line, `false` when there will be none.
    pub(super) async fn has_lines(&self) -> bool {
        self.until(|state| match (state.lines.is_empty(), state.is_closed) {
            (false, _) => Some(true),
            (true, true) => Some(false),
            (true, false) => None,
        })
        .await
    }
    /// The first lines, at most so many and so long together.
    pub(super) fn take(&self, most_lines: usize, most_bytes: usize) -> Vec<Line> {
        let mut state = self.state();
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while let Some(line) = state.lines.front() {
            bytes += line.text.len() + LINE_OVERHEAD_BYTES;
            if taken.len() == most_lines || (bytes > most_bytes && !taken.is_empty()) {
                break;
            }
            let line = state.lines.pop_front().expect("it was just looked at");
            state.bytes = state.bytes.saturating_sub(line.text.len() + LINE_OVERHEAD_BYTES);
            taken.push(line);
        }
        drop(state);
        self.changed.notify_waiters();
        taken
    }
}

/// One of an environment's pipes, cut into lines.
#[derive(Debug)]
pub(super) struct Output {
    pipe: Receiver,
    sink: Arc<Sink>,
    /// The beginning of a line whose end is not there yet.
    partial: Mutex<Vec<u8>>,
    /// Our own bootstraps write a carriage return where a line of the log goes on.
    has_long_lines: bool,
}

impl Output {
    pub(super) fn new(pipe: Receiver, sink: Arc<Sink>, has_long_lines: bool) -> Arc<Self> {
        Arc::new(Self { pipe, sink, partial: Mutex::default(), has_long_lines })
    }

    /// Reads until the pipe ends.
    pub(super) async fn pump(self: Arc<Self>) {
        loop {
            self.sink.has_room().await;
            if self.pipe.readable().await.is_err() || !self.drain() {
                break;
            }
        }
        self.finish();
    }

    /// Reads what is there now; `false` at the pipe's end.
    pub(super) fn drain(&self) -> bool {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chunk = [0; 16 * 1024];
        while !self.sink.is_full() {
            match self.pipe.try_read(&mut chunk) {
                Ok(0) => return false,
                Ok(count) => self.cut(&mut partial, &chunk[..count]),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => break,
                Err(_) => return false,
            }
        }
        true
    }

    fn cut(&self, partial: &mut Vec<u8>, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            partial.extend_from_slice(&bytes[..end]);
            self.emit(partial);
            bytes = &bytes[end + 1..];
        }
        partial.extend_from_slice(bytes);
        while partial.len() > MOST_LINE_BYTES {
            let mut rest = partial.split_off(MOST_LINE_BYTES);
            self.emit(partial);
            partial.append(&mut rest);
        }
    }

    fn emit(&self, line: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(line);
        if self.has_long_lines && text.contains('\r') {
            self.sink.push(&text.replace('\r', "\n"));
        } else if !text.is_empty() {
            self.sink.push(&text);
        }
        line.clear();
    }

    /// A last line without an end is a line.
    fn finish(&self) {
        let mut partial = self.partial.lock().unwrap_or_else(PoisonError::into_inner);
        if !partial.is_empty() {
            self.emit(&mut partial);
        }
    }
}

//! What a client can see, on a small API of each kind.

mod routing;

//! As much of HTTP as a router's UPnP asks for (RFC 9112): one request, one response, one connection.

use super::ssdp::Location;
use crate::tether::tie;
use handfast_protocol::network::MappingError;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

/// The longest response that is read. Descriptions of routers take some 5 to 20 KiB.
const LONGEST: usize = 64 * 1024;

/// The longest head of a response.
const LONGEST_HEAD: usize = 8 * 1024;

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Sends a request from this address and reads the response. How long that may take is decided above.
pub(super) async fn exchange(
    local: IpAddr,
    to: &Location,
    request: &str,
) -> Result<Response, MappingError> {
    let socket = TcpSocket::new_v4().map_err(crate::error::socket)?;
    tie(&socket, local).map_err(crate::error::socket)?;
    let from = SocketAddr::new(local, 0);
    socket.bind(from).map_err(crate::error::socket)?;
    let stream = socket.connect(to.at).await;
    // Whoever answers a search and cannot be connected to has said nothing useful.
    let mut stream = stream.map_err(|_| MappingError::Unusable)?;
    let sent = stream.write_all(request.as_bytes()).await;
    sent.map_err(|_| MappingError::Unusable)?;
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 4096];
    let mut head = None;
    loop {
        let length = stream.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(chunk.get(..length).unwrap_or_default());
        if head.is_none() {
            head = Head::read(&bytes)?;
        }
        let is_over = length == 0;
        if let Some(head) = &head
            && (is_over || head.is_complete(&bytes))
        {
            return head.response(&bytes).ok_or(MappingError::Unusable);
        }
        if is_over || bytes.len() > LONGEST {
            return Err(MappingError::Unusable);
        }
    }
}

/// What stands before the body.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    /// Where the body begins.
    length: usize,
    body: Body,
}

/// How the end of a body is known.
#[derive(Debug, PartialEq, Eq)]
enum Body {
    Length(usize),
    Chunks,
    UntilClosed,
}

impl Head {
    /// The head, as soon as all of it is there.
    fn read(bytes: &[u8]) -> Result<Option<Self>, MappingError> {
        let window = &bytes[..bytes.len().min(LONGEST_HEAD)];
        let Some(end) = window.windows(4).position(|four| four == b"\r\n\r\n") else {
            let is_too_long = bytes.len() > LONGEST_HEAD;
            return if is_too_long {
                Err(MappingError::Unusable)
            } else {
                Ok(None)
            };
        };
        let head = std::str::from_utf8(&window[..end]).ok();
        let head = head.and_then(|text| Self::parse(text, end + 4));
        head.map(Some).ok_or(MappingError::Unusable)
    }

    fn parse(text: &str, length: usize) -> Option<Self> {
        let mut lines = text.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.")?.get(2..5)?;
        let mut body = Body::UntilClosed;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("transfer-encoding") {
                body = Body::Chunks;
            } else if name.eq_ignore_ascii_case("content-length") && body == Body::UntilClosed {
                body = Body::Length(value.parse().ok()?);
            }
        }
        Some(Self {
            status: status.parse().ok()?,
            length,
            body,
        })
    }

    fn is_complete(&self, bytes: &[u8]) -> bool {
        let there = bytes.len() - self.length;
        match self.body {
            Body::Length(length) => there >= length,
            Body::Chunks => bytes.ends_with(b"\r\n0\r\n\r\n"),
            Body::UntilClosed => false,
        }
    }

    fn response(&self, bytes: &[u8]) -> Option<Response> {
        let body = bytes.get(self.length..)?;
        let body = match self.body {
            Body::Length(length) => body.get(..length)?.to_vec(),
            Body::Chunks => join_chunks(body)?,
            Body::UntilClosed => body.to_vec(),
        };
        Some(Response {
            status: self.status,
            body: String::from_utf8(body).ok()?,
        })
    }
}

/// A body that was sent in pieces (§7.1).
fn join_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let (size, after) = rest.split_at_checked(end)?;
        let size = std::str::from_utf8(size).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        let (chunk, after) = after.get(2..)?.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Option<Response> {
        Head::read(bytes).ok()??.response(bytes)
    }

    fn body(bytes: &[u8]) -> Option<String> {
        read(bytes).map(|response| response.body)
    }

    #[test]
    fn a_body_ends_where_its_head_says() {
        let counted = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody and more";
        assert_eq!(body(counted).as_deref(), Some("body"));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";
        assert_eq!(body(chunked).as_deref(), Some("body"));
        assert!(Head::read(chunked).unwrap().unwrap().is_complete(chunked));
        let closed = b"HTTP/1.0 500 Internal Server Error\r\n\r\nbody";
        assert_eq!(read(closed).unwrap().status, 500);
        assert_eq!(body(closed).as_deref(), Some("body"));
    }

    #[test]
    fn a_body_that_is_cut_is_none() {
        assert_eq!(
            body(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbody"),
            None
        );
        assert_eq!(
            body(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx"),
            None
        );
        assert_eq!(body(b"SIP/2.0 200 OK\r\n\r\nbody"), None);
        assert_eq!(
            Head::read(&[b'x'; LONGEST_HEAD + 1]),
            Err(MappingError::Unusable)
        );
    }

    proptest! {
        #[test]
        fn any_response_is_read(
            head in "(content-length: [0-9]{1,25}\r\n|transfer-encoding: chunked\r\n|.{0,20}\r\n){0,3}",
            rest in "([0-9a-f]{1,17}\r\n|.{0,5}|\r\n){0,8}",
            garbage in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            let _ = read(&garbage);
            let text = format!("HTTP/1.1 200 OK\r\n{head}\r\n{rest}");
            if let Ok(Some(head)) = Head::read(text.as_bytes()) {
                let _ = head.is_complete(text.as_bytes());
                let _ = head.response(text.as_bytes());
            }
        }
    }
}

//! `handfast serve`: the page, for whoever has nothing but a browser.
//!
//! Only this machine can reach it, unless it is asked for otherwise; and only under a name that is this
//! machine's own, so that no other site's name can be made to lead here.

use super::Hands;
use crate::interrupt::Interrupt;
use crate::output::{json_line, write_line};
use crate::page::{HEADERS, Page};
use crate::status::Stop;
use crate::strings;
use handfast_native::net::boxed;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Connections at a time. Further ones wait.
const MOST: usize = 64;

/// How long a browser may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(value_name = "DIR", help = strings::serve_folder())]
    folder: Option<PathBuf>,
    #[arg(long, default_value_t = 8000, help = strings::serve_port())]
    port: u16,
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), help = strings::serve_bind())]
    bind: IpAddr,
    #[arg(long, value_name = "HOST", help = strings::serve_host())]
    host: Vec<String>,
    #[arg(long, help = strings::option_json())]
    pub(super) json: bool,
}

#[derive(Serialize)]
struct Serving {
    event: &'static str,
    address: String,
}

/// What is served, and under which names.
struct Site {
    page: Page,
    names: Vec<String>,
    /// Its own pages may show it in a frame.
    is_framed: bool,
}

pub(crate) async fn run(args: Args, mut hands: Hands) -> Result<(), Stop> {
    let page = Page::read(args.folder.as_deref())?;
    let (listener, at) = listen(SocketAddr::new(args.bind, args.port)).await?;
    tell(args.json, at, strings::serving);
    let mut site = Site::at(at, page);
    site.names.extend(args.host);
    serve_until(&mut hands.interrupt, listener, site).await;
    Ok(())
}

/// Serves a page whose own pages may show each other, to this machine alone, at any port, which the sentence is told.
///
/// # Errors
/// That there is no port.
pub(super) async fn demonstrate(
    page: Page,
    is_for_programs: bool,
    sentence: fn(String) -> String,
    mut interrupt: Interrupt,
) -> Result<(), Stop> {
    let (listener, at) = listen((Ipv4Addr::LOCALHOST, 0).into()).await?;
    tell(is_for_programs, at, sentence);
    let site = Site {
        is_framed: true,
        ..Site::at(at, page)
    };
    serve_until(&mut interrupt, listener, site).await;
    Ok(())
}

async fn listen(at: SocketAddr) -> Result<(TcpListener, SocketAddr), Stop> {
    let not_served = |error| Stop::local(strings::not_served(error));
    let listener = TcpListener::bind(at).await.map_err(not_served)?;
    let at = listener.local_addr().map_err(not_served)?;
    Ok((listener, at))
}

fn tell(is_for_programs: bool, at: SocketAddr, sentence: fn(String) -> String) {
    let address = format!("http://{at}/");
    match is_for_programs {
        true => write_line(&json_line(&Serving {
            event: "serving",
            address,
        })),
        false => write_line(&sentence(address)),
    }
}

async fn serve_until(interrupt: &mut Interrupt, listener: TcpListener, site: Site) {
    tokio::select! {
        () = accept(listener, Arc::new(site)) => {}
        () = interrupt.pressed() => {}
    }
}

async fn accept(listener: TcpListener, site: Arc<Site>) {
    let room = Arc::new(Semaphore::new(MOST));
    // It is never closed.
    while let Ok(place) = room.clone().acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // As where too many files are open: it passes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let site = site.clone();
        tokio::spawn(boxed(async move {
            serve(stream, site).await;
            drop(place);
        }));
    }
}

async fn serve(stream: TcpStream, site: Arc<Site>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = site.answer(request.method(), request.uri().path(), request.headers());
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        log::debug!("a browser went away: {error}");
    }
}

impl Site {
    /// At this address, under its own names alone.
    fn at(at: SocketAddr, page: Page) -> Self {
        Self {
            page,
            names: vec!["localhost".to_owned(), at.ip().to_string()],
            is_framed: false,
        }
    }

    fn answer(&self, method: &Method, path: &str, asked: &HeaderMap) -> Response<Full<Bytes>> {
        let file = match (method, self.is_meant(asked)) {
            (&Method::GET | &Method::HEAD, true) => self.page.at(path),
            (&Method::GET | &Method::HEAD, false) => return said(StatusCode::MISDIRECTED_REQUEST),
            _ => return said(StatusCode::METHOD_NOT_ALLOWED),
        };
        let Some(file) = file else {
            return said(StatusCode::NOT_FOUND);
        };
        let mut response = Response::new(Full::new(file.bytes.clone()));
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(file.media_type),
        );
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if self.is_framed {
            let own = HeaderValue::from_static("frame-ancestors 'self'");
            headers.insert(header::CONTENT_SECURITY_POLICY, own);
        }
        response
    }

    /// Whether it was asked for under a name of this machine.
    fn is_meant(&self, asked: &HeaderMap) -> bool {
        let host = asked.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.and_then(|host| host.parse::<hyper::http::uri::Authority>().ok());
        host.is_some_and(|host| {
            let name = host.host().trim_matches(['[', ']']);
            self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
        })
    }
}

fn said(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(method: Method, path: &str, host: Option<&'static str>) -> StatusCode {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "the page").unwrap();
        let site = Site {
            page: Page::read(Some(folder.path())).ok().unwrap(),
            names: ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into(),
            is_framed: false,
        };
        let host = host.map(|host| (header::HOST, HeaderValue::from_static(host)));
        site.answer(&method, path, &host.into_iter().collect())
            .status()
    }

    #[test]
    fn it_is_served_under_a_name_of_this_machine_alone() {
        for own in ["localhost:8000", "127.0.0.1", "LOCALHOST", "[::1]:8000"] {
            assert_eq!(status(Method::GET, "/", Some(own)), StatusCode::OK, "{own}");
        }
        let others = [
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "",
        ];
        for other in others.map(Some).into_iter().chain([None]) {
            let status = status(Method::GET, "/", other);
            assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{other:?}");
        }
    }

    #[test]
    fn nothing_but_files_is_given_and_nothing_is_taken() {
        let own = Some("localhost");
        assert_eq!(status(Method::HEAD, "/", own), StatusCode::OK);
        assert_eq!(status(Method::GET, "/other", own), StatusCode::NOT_FOUND);
        let status = status(Method::POST, "/", own);
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

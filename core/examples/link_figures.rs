use bytes::Bytes;
use handfast_core::transport::forwarder::{Conditions, Forwarder};
use handfast_core::transport::*;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

async fn opened(c: &mut Connector) -> (Link, Instant) {
    loop {
        if let Some(ConnectEvent::Open(l)) = c.next().await { return (l, Instant::now()) }
    }
}
async fn pair(cond: Option<Conditions>) -> (Link, Link, f64, f64, Option<Forwarder>) {
    let v4 = [IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let cert = Certificate::generate().unwrap();
    let cred = Credentials { ufrag: "hosthost".into(), password: "the-host-password-of-the-table".into() };
    let mut host = Endpoint::bind(&v4, None).unwrap().host(HostSetup { certificate: cert.clone(), credentials: cred.clone(), guest_password: Box::new(|u| format!("gp{u}")) });
    let gc = Certificate::generate().unwrap();
    let mut addr = host.addresses()[0];
    let f = cond.map(|c| Forwarder::start(addr, c).unwrap());
    if let Some(f) = &f { addr = f.address(); }
    let t = Instant::now();
    let mut guest = Endpoint::bind(&v4, None).unwrap().guest(GuestSetup { password: format!("gp{}", gc.fingerprint().to_ufrag()), certificate: gc, host: cred, host_fingerprint: cert.fingerprint(), host_addresses: vec![PeerAddress{address: addr, reflexive: false}] });
    let ((h, th), (g, tg)) = tokio::join!(opened(&mut host), opened(&mut guest));
    (h, g, (th - t).as_secs_f64()*1e3, (tg - t).as_secs_f64()*1e3, f)
}
#[tokio::main(worker_threads = 2)]
async fn main() {
    for (name, c) in [("loopback", None), ("50ms", Some(Conditions{delay: Duration::from_millis(25), ..Default::default()}))] {
        let mut ms = vec![];
        for _ in 0..15 { let (_h,_g,a,b,_f) = pair(c).await; ms.push((b,a)); }
        ms.sort_by(|a,b| a.0.total_cmp(&b.0));
        println!("{name}: open median guest {:.2} host {:.2} min {:.2} max {:.2}", ms[7].0, ms[7].1, ms[0].0, ms[14].0);
    }
    for (name, c, mib) in [("direct", None, 512), ("fwd", Some(Conditions::default()), 256), ("fwd 0.1%", Some(Conditions{loss:0.001,seed:1,..Default::default()}), 128), ("fwd 1%", Some(Conditions{loss:0.01,seed:2,..Default::default()}), 64), ("50ms", Some(Conditions{delay: Duration::from_millis(25), ..Default::default()}), 64), ("50ms 1%", Some(Conditions{delay: Duration::from_millis(25),loss:0.01,seed:3}), 2)] {
        for size in [16_064usize, 60_000] {
        let (mut h, g, ..,_f) = pair(c).await;
        let n = mib * 1024 * 1024 / size;
        let t = Instant::now();
        let s = tokio::spawn(async move { let m = Bytes::from(vec![5; size]); for _ in 0..n { g.send(m.clone()).await.unwrap(); } g });
        for _ in 0..n { h.receive().await.unwrap(); }
        let e = t.elapsed().as_secs_f64();
        println!("{name} {size}: {:.1} MiB/s ({e:.2}s)", mib as f64 / e);
        let _ = s.await;
        }
    }
}

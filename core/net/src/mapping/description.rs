//! What a router's UPnP writes in XML, as far as it is needed: the text of an element, and the
//! services of a device. This is no XML parser: it looks for elements by name and believes nothing.

/// The services that open ports, best first (UPnP WANIPConnection:2, WANPPPConnection:1).
pub(super) const SERVICES: [&str; 3] = [
    "urn:schemas-upnp-org:service:WANIPConnection:2",
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
];

/// The most services of one device that are looked at.
const MOST_SERVICES: usize = 64;

/// The services that open ports with the references to where they listen, in the router's order.
pub(super) fn services(xml: &str) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let mut rest = xml;
    for _ in 0..MOST_SERVICES {
        let Some((service, after)) = next_element(rest, "service") else {
            break;
        };
        rest = after;
        let kind = element(service, "serviceType");
        let kind = SERVICES
            .into_iter()
            .find(|known| kind.as_deref() == Some(known));
        if let (Some(kind), Some(reference)) = (kind, element(service, "controlURL")) {
            found.push((kind, reference));
        }
    }
    found
}

/// The text inside the first element of this name, without the spaces around it.
pub(super) fn element(xml: &str, name: &str) -> Option<String> {
    let (text, _) = next_element(xml, name)?;
    Some(plain(text.trim()))
}

/// What is inside the first element of this name, and what follows it. A prefix of the name counts
/// for nothing.
fn next_element<'a>(xml: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let mut rest = xml;
    let inside = loop {
        let (tag, after) = next_tag(rest)?;
        rest = after;
        if is_named(tag, name) {
            break rest;
        }
    };
    let mut rest = inside;
    loop {
        let (tag, after) = next_tag(rest)?;
        rest = after;
        if tag.strip_prefix('/').is_some_and(|tag| is_named(tag, name)) {
            // The tag with its two brackets ends where the rest begins.
            let text = inside.get(..inside.len() - rest.len() - tag.len() - 2)?;
            return Some((text, rest));
        }
    }
}

/// What stands between the next angle brackets, and what follows them.
fn next_tag(xml: &str) -> Option<(&str, &str)> {
    let (_, after) = xml.split_once('<')?;
    after.split_once('>')
}

fn is_named(tag: &str, name: &str) -> bool {
    let tag = tag.split_ascii_whitespace().next().unwrap_or_default();
    let local = tag.rsplit_once(':').map_or(tag, |(_, local)| local);
    local == name
}

/// Text without entities.
fn plain(text: &str) -> String {
    let mut plain = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(entity, character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROUTER: &str = "\
<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType>
<controlURL>/l3f</controlURL></service></serviceList><deviceList><device>
<x:service  id=\"1\"><serviceType> urn:schemas-upnp-org:service:WANIPConnection:1 </serviceType>
<controlURL>/ctl?a=1&amp;b=2</controlURL></x:service></device></deviceList></device></root>";

    #[test]
    fn the_service_that_opens_ports_is_found() {
        assert_eq!(services(ROUTER), [(SERVICES[1], "/ctl?a=1&b=2".to_owned())]);
    }

    #[test]
    fn an_element_is_found_whatever_its_prefix() {
        let xml = "<s:Body><u:Response xmlns:u=\"x\"><NewExternalIPAddress>8.8.4.4</NewExternalIPAddress>";
        assert_eq!(
            element(xml, "NewExternalIPAddress").as_deref(),
            Some("8.8.4.4")
        );
        assert_eq!(element(xml, "Response"), None);
        assert_eq!(element("<a><ab>x</ab></a>", "b"), None);
        assert_eq!(element("<a></a>", "a").as_deref(), Some(""));
    }

    #[test]
    fn a_description_without_end_costs_little() {
        let endless = "<service>".repeat(7_000);
        assert!(services(&endless).is_empty());
        let many = "<service></service>".repeat(3_400);
        assert!(services(&many).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read(xml in "(<|>|/|service|serviceType|controlURL|:|&amp;|.| ){0,60}") {
            let _ = services(&xml);
            let _ = element(&xml, "service");
        }
    }
}

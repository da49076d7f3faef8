//! Where requests may go.
//!
//! What a name means is decided by whoever runs its zone, so it is the address that is checked, and every form in which an
//! address of IPv4 hides in one of IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Says whether a request to this host may go to this address, or why not.
pub type Egress = Arc<dyn Fn(&str, IpAddr) -> Result<(), String> + Send + Sync>;

/// Where clouds tell machines their credentials.
const METADATA: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// For tasks: everything but the services of the machine itself.
pub fn for_tasks() -> Egress {
    Arc::new(|host, address| check(host, address, false))
}

/// For what the server does itself: nothing that is not public.
pub fn for_server() -> Egress {
    Arc::new(|host, address| check(host, address, true))
}

fn check(host: &str, address: IpAddr, is_server: bool) -> Result<(), String> {
    let reason = meanings(address).into_iter().find_map(|address| reason(address, is_server));
    match reason {
        None => Ok(()),
        Some(reason) => Err(format!("requests to `{host}` are refused: {address} {reason}")),
    }
}

fn reason(address: IpAddr, is_server: bool) -> Option<&'static str> {
    match address {
        _ if METADATA.contains(&address) => Some("gives credentials of the machine"),
        _ if is_link_local(address) => Some("is only good within one network"),
        _ if is_for_many(address) => Some("is no address of one machine"),
        _ if is_server && !is_public(address) => Some("is not public"),
        _ => None,
    }
}

/// The address, and those of IPv4 that it stands for: mapped and compatible ones, NAT64, 6to4.
fn meanings(address: IpAddr) -> Vec<IpAddr> {
    let mut meanings = vec![address];
    if let IpAddr::V6(address) = address {
        let parts = address.segments();
        let join = |high: u16, low: u16| {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        };
        match parts {
            [0, 0, 0, 0, 0, 0 | 0xffff, high, low] if high != 0 => meanings.push(join(high, low)),
            [0, 0, 0, 0, 0xffff, 0, high, low] | [0x64, 0xff9b, .., high, low] => {
                meanings.push(join(high, low));
            }
            [0x2002, high, low, ..] => meanings.push(join(high, low)),
            _ => {}
        }
    }
    meanings
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.segments()[0] & 0xffc0 == 0xfe80,
    }
}

fn is_for_many(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_multicast() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_multicast(),
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            let is_for_tests = a == 198 && (18..20).contains(&b) || (a, b, c) == (192, 0, 0);
            !(a == 0
                || a >= 240
                || address.is_loopback()
                || address.is_private()
                || is_shared
                || is_for_tests
                || address.is_documentation())
        }
        IpAddr::V6(address) => {
            let first = address.segments()[0];
            !(address.is_loopback()
                || address.is_unspecified()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfec0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_reach_everything_but_the_services_of_the_machine() {
        for (address, is_open) in [
            ("93.184.216.34", true),
            ("10.0.0.1", true),
            ("127.0.0.1", true),
            ("::1", true),
            ("fd12::1", true),
            ("169.254.169.254", false),
            ("169.254.1.1", false),
            ("100.100.100.200", false),
            ("168.63.129.16", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("::ffff:169.254.169.254", false),
            ("::169.254.169.254", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("2002:a9fe:a9fe::1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("ff02::1", false),
        ] {
            assert_eq!(for_tasks()("host", address.parse().unwrap()).is_ok(), is_open, "{address}");
        }
    }

    #[test]
    fn the_server_reaches_what_is_public() {
        for (address, is_open) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1::1", true),
            ("64:ff9b::5db8:d822", true),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("127.8.8.8", false),
            ("0.0.0.0", false),
            ("100.64.0.1", false),
            ("198.18.0.1", false),
            ("240.0.0.1", false),
            ("::", false),
            ("::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:7f00:1", false),
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
            ("fc00::1", false),
            ("fec0::1", false),
            ("169.254.169.254", false),
        ] {
            assert_eq!(for_server()("host", address.parse().unwrap()).is_ok(), is_open, "{address}");
        }
    }
}

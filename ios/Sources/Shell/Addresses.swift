#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// This device's own network addresses, as numbers, without those that lead to itself. The core asks the
/// operating system only once; when the network changes, the shell tells it anew.
public func localAddresses() -> [String] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var found: [String] = []
    for interface in sequence(first: first, next: { $0?.pointee.ifa_next }) {
        guard let interface, let address = interface.pointee.ifa_addr else { continue }
        let flags = Int32(bitPattern: interface.pointee.ifa_flags)
        guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0 else { continue }
        let length: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: length = MemoryLayout<sockaddr_in>.size
        case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
        default: continue
        }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
        else { continue }
        found.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return found
}

/// Another device's likely address on the same network as one of these, to find out whether this app may
/// send there at all; none without such a network.
public func neighbour(of addresses: [String]) -> String? {
    for address in addresses {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
        guard parts.count == 4 else { continue }
        switch (parts[0], parts[1]) {
        case (10, _), (172, 16...31), (192, 168):
            let last = parts[3] == 1 ? 2 : 1
            return "\(parts[0]).\(parts[1]).\(parts[2]).\(last)"
        default:
            continue
        }
    }
    return nil
}

import Foundation

#if canImport(Glibc)
import Glibc
#endif

private func newSocket() -> Int32 {
    #if canImport(Glibc)
    socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    #else
    socket(AF_INET, SOCK_DGRAM, 0)
    #endif
}

/// Wakes whoever reads from it, too.
private func release(_ socket: Int32) {
    _ = shutdown(socket, Int32(SHUT_RDWR))
    _ = close(socket)
}

/// A STUN server on loopback that answers, unless it is a silent one, and counts (RFC 8489).
final class StunServer: @unchecked Sendable {
    let name: String
    private let isSilent: Bool
    private let socket: Int32
    private let lock = NSLock()
    private var count = 0

    var asked: Int { lock.withLock { count } }

    init(isSilent: Bool = false) throws {
        self.isSilent = isSilent
        let made = newSocket()
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let bound = Self.with(&place) { address, length in
            var length = length
            return bind(made, address, length) == 0 && getsockname(made, address, &length) == 0
        }
        guard made >= 0, bound else { throw NotSeen() }
        socket = made
        name = "127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        Thread.detachNewThread { [self] in
            while answer() {}
        }
    }

    func close() {
        release(socket)
    }

    /// Answers one question; false once it is closed.
    private func answer() -> Bool {
        var question = [UInt8](repeating: 0, count: 200)
        var from = sockaddr_in()
        let read = Self.with(&from) { address, length in
            var length = length
            return recvfrom(socket, &question, question.count, 0, address, &length)
        }
        guard read >= 20 else { return false }
        lock.withLock { count += 1 }
        if isSilent { return true }
        // A success, the number of the question, and XOR-MAPPED-ADDRESS: where it came from.
        let (port, address) = (UInt16(bigEndian: from.sin_port), UInt32(bigEndian: from.sin_addr.s_addr))
        var reply: [UInt8] = [1, 1, 0, 12] + question[4..<20] + [0, 0x20, 0, 8, 0, 1]
        withUnsafeBytes(of: (port ^ 0x2112).bigEndian) { reply += $0 }
        withUnsafeBytes(of: (address ^ 0x2112_a442).bigEndian) { reply += $0 }
        let sent = Self.with(&from) { address, length in
            sendto(socket, reply, reply.count, 0, address, length)
        }
        return sent == reply.count
    }

    private static func with<T>(
        _ place: inout sockaddr_in, _ work: (UnsafeMutablePointer<sockaddr>, socklen_t) -> T
    ) -> T {
        withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

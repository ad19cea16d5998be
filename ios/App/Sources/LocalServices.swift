import Foundation
import Network
import Shell
import dnssd

/// The system's own name service. A listener of the Network framework announces its own port alone, so the port of the
/// core is announced by DNS-SD itself, which needs no listener. What is found is resolved by a connection that sends
/// nothing.
final class LocalServices: NameService, @unchecked Sendable {
    /// Everything below happens on it.
    private let queue = DispatchQueue(label: "names")
    private var announced: DNSServiceRef?
    private var browser: NWBrowser?
    private var resolving: [String: NWConnection] = [:]

    func announce(_ service: Service?) {
        queue.async {
            if let before = self.announced { DNSServiceRefDeallocate(before) }
            self.announced = nil
            guard let service else { return }
            let record = [UInt8](service.record)
            var registered: DNSServiceRef?
            // Without a callback, nobody asks what became of it.
            let error = DNSServiceRegister(
                &registered, 0, 0, service.name, Service.type, nil, nil, service.port.bigEndian,
                UInt16(clamping: record.count), record, nil, nil)
            if error == kDNSServiceErr_NoError { self.announced = registered }
        }
    }

    func browse(_ finder: (any Finder)?) {
        queue.async {
            self.browser?.cancel()
            for connection in self.resolving.values { connection.cancel() }
            self.resolving = [:]
            self.browser = finder.map(self.browser)
        }
    }

    private func browser(telling finder: any Finder) -> NWBrowser {
        let browser = NWBrowser(for: .bonjourWithTXTRecord(type: Service.type, domain: nil), using: .udp)
        browser.browseResultsChangedHandler = { [weak self] _, changes in
            for change in changes {
                switch change {
                case .added(let result), .changed(_, let result, _): self?.resolve(result, for: finder)
                case .removed(let result):
                    guard case .service(let name, _, _, _) = result.endpoint else { break }
                    self?.resolving.removeValue(forKey: name)?.cancel()
                    finder.gone(name)
                default: break
                }
            }
        }
        browser.start(queue: queue)
        return browser
    }

    /// As many as the core looks at.
    private static let mostAtOnce = 128

    private func resolve(_ result: NWBrowser.Result, for finder: any Finder) {
        guard case .service(let name, _, _, _) = result.endpoint, resolving.count < Self.mostAtOnce else { return }
        var txt: [String: Data] = [:]
        if case .bonjour(let record) = result.metadata {
            for (key, entry) in record {
                if case .data(let value) = entry { txt[key] = value }
                if case .string(let value) = entry { txt[key] = Data(value.utf8) }
            }
        }
        let connection = NWConnection(to: result.endpoint, using: .udp)
        connection.stateUpdateHandler = { [weak self, txt] state in
            switch state {
            case .ready:
                if case .hostPort(let host, let port)? = connection.currentPath?.remoteEndpoint {
                    finder.found(Service(name: name, port: port.rawValue, txt: txt), at: ["\(host)"])
                }
                self?.done(name, connection)
            case .failed: self?.done(name, connection)
            default: break
            }
        }
        resolving.updateValue(connection, forKey: name)?.cancel()
        connection.start(queue: queue)
    }

    private func done(_ name: String, _ connection: NWConnection) {
        connection.cancel()
        if resolving[name] === connection { resolving[name] = nil }
    }
}

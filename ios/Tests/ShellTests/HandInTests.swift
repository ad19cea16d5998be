import Foundation
import XCTest

@testable import Shell

/// What people hand in, as tests/scenarios.md has it.
@MainActor
final class HandInTests: XCTestCase {
    private func handIn(
        _ change: (String) -> String, line: UInt = #line, _ check: (Person) async throws -> Void
    ) async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let link = try await host.hosts(send: true).invitation.link
        guest.model.handIn(change(link))
        try await check(guest)
        await host.leaves()
        await guest.leaves()
    }

    private func isRefused(_ what: Key, _ change: (String) -> String) async throws {
        try await handIn(change) { guest in
            let notice = try await guest.isTold(what)
            XCTAssertNotNil(notice.choice, "no way on")
            XCTAssertTrue(guest.model.screen.isHome)
        }
    }

    private func isUnderstood(_ change: (String) -> String) async throws {
        try await handIn(change) { guest in
            let confirm = try await guest.sees("question") { $0.confirm }
            XCTAssertEqual(confirm.proof, .proofCarried)
        }
    }

    func testALinkThatIsNotOurs() async throws {
        try await isRefused(.kindNothingFound) { _ in "https://www.example.org/page#top" }
    }

    func testATruncatedLink() async throws {
        try await isRefused(.kindIncomplete) { String($0.dropLast(8)) }
    }

    func testTwoInvitationsInAFile() async throws {
        let (ana, cem, ben) = (Person("Ana"), Person("Cem"), Person("Ben"))
        let links = [try await ana.hosts(send: true), try await cem.hosts(send: true)].map(\.invitation.link)
        let file = Data(links.joined(separator: " ").utf8)
        func which() async throws -> [FoundToken] {
            ben.model.handIn(file)
            return try await ben.sees("choice") { if case .which(let found) = $0 { found } else { nil } }
        }
        let found = try await which()
        XCTAssertEqual(found.map(\.what), [.foundInvitation, .foundInvitation])
        XCTAssertTrue(found.allSatisfy { $0.expiresAt != nil })
        ben.model.back()
        try await ben.isHome()
        _ = try await which()
        ben.model.pick(2)
        ben.model.pick(1)
        _ = try await ben.sees("question") { $0.confirm }
        ben.model.accept()
        _ = try await ben.talks()
        _ = try await cem.talks()
        await ana.leaves()
        await cem.leaves()
        await ben.leaves()
    }

    func testADoublyEncodedLink() async throws {
        try await isUnderstood { link in
            let encoded = { (text: String) in
                text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            }
            return "https://elsewhere.example/?to=" + encoded(encoded(link))
        }
    }

    func testALinkInAMessage() async throws {
        try await isUnderstood { "Look at this:\n\n\($0)\n\nSent from my phone. See https://www.example.org/#about" }
    }

    func testALinkBrokenIntoLines() async throws {
        try await isUnderstood { link in
            let middle = link.index(link.startIndex, offsetBy: link.count / 2)
            return "> \(link[..<middle])\n> \(link[middle...])"
        }
    }

    func testAnAppsOwnScheme() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let text = try await host.hosts(send: true).invitation.text
        guest.model.handIn(try XCTUnwrap(URL(string: text)))
        try await guest.sees("question") { $0.confirm }
        await host.leaves()
        await guest.leaves()
    }

    func testATappedLinkKeepsItsFragment() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let link = try await host.hosts(send: true).invitation.link
        guest.model.handIn(try XCTUnwrap(URL(string: link)))
        try await guest.sees("question") { $0.confirm }
        await host.leaves()
        await guest.leaves()
    }

    func testAReplyForAnInvitation() async throws {
        let (host, guest, third) = (Person("Ana"), Person("Ben"), Person("Cleo"))
        let code = try await host.hosts(send: true)
        host.model.left()
        await host.settled()
        try await guest.accepts(code.invitation.link)
        try await guest.sees("knocking") { $0.connecting }
        guest.model.offerReply()
        let reply = try await guest.sees("reply") { $0.reply }
        // To somebody who shows nothing it is of no use; to somebody who shows another code, neither.
        third.model.handIn(reply.link)
        await third.settled()
        XCTAssertTrue(third.model.screen.isHome)
        _ = try await third.hosts()
        third.model.handIn(reply.link)
        // Anybody can send a link, so the person agrees first.
        let asked = try await third.isTold(.replyFound)
        XCTAssertEqual(asked.choice, Choice(.wayTakeReply, .takeReply))
        third.model.takeReply()
        try await third.isTold(.kindWrongReply)
        XCTAssertNotNil(third.model.screen.code)
        for person in [host, guest, third] { await person.leaves() }
    }

    func testAReplyThatWasSent() async throws {
        let (host, guest, third, fourth) = (Person("Ana"), Person("Ben"), Person("Cleo"), Person("Dora"))
        let code = try await host.hosts(send: true)
        host.model.left()
        await host.settled()
        try await guest.accepts(code.invitation.link)
        try await guest.sees("knocking") { $0.connecting }
        guest.model.offerReply()
        let reply = try await guest.sees("reply") { $0.reply }
        host.model.handIn(reply.link)
        try await host.isTold(.replyFound)
        // Read and not agreed to, it is as if it had not come.
        host.model.noticed()
        host.model.takeReply()
        await host.settled()
        XCTAssertNil(host.model.notice)
        host.model.handIn(reply.link)
        try await host.isTold(.replyFound)
        // What comes meanwhile takes its place no more than another reply would.
        for other in [third, fourth] {
            host.model.handIn(try await other.hosts(send: true).invitation.link)
            try await host.sees("question") { $0.confirm }
            await host.settled()
            XCTAssertEqual(host.model.notice?.what, .replyFound)
        }
        host.model.back()
        _ = try await host.hasUnderWay(.hostWaiting)
        host.model.takeReply()
        // And what came meanwhile is not lost.
        try await host.isTold(.anotherUnderWay)
        host.model.noticed()
        try await host.isTold(.replyTaken)
        host.model.returned()
        try await areTogether(host, guest)
        for person in [host, guest, third, fourth] { await person.leaves() }
    }

    func testAForeignCode() async throws {
        let person = Person()
        person.model.scan()
        person.model.camera(.running)
        try await person.sees("camera") { $0.scan?.camera == .running ? true : nil }
        XCTAssertFalse(try Frame(of: "https://www.example.org/menu").isFound(by: person.model))
        try await person.sees("hint") { $0.scan?.hint == .scanNotOurs ? true : nil }
        await person.leaves()
    }

    func testAStoredCameraFrame() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let symbol = try await host.hosts().invitation.symbol
        guest.model.scan()
        guest.model.camera(.running)
        try await guest.sees("camera") { $0.scan?.camera == .running ? true : nil }
        let frame = try Frame(of: symbol, scale: 5, padding: 77, before: 4096)
        XCTAssertNotEqual(frame.bytes.startIndex, 0)
        XCTAssertTrue(frame.isFound(by: guest.model))
        try await guest.sees("question") { $0.confirm }
        await host.leaves()
        await guest.leaves()
    }

    func testAFrameIsNotCopied() async throws {
        let (host, scanner) = (Person("Ana"), FrameScanner())
        let frame = try Frame(of: try await host.hosts().invitation.symbol)
        try frame.bytes.withUnsafeBytes { plane in
            let base = try XCTUnwrap(UnsafeMutableRawPointer(mutating: plane.baseAddress))
            let luma = Data(bytesNoCopy: base, count: plane.count, deallocator: .none)
            let found = try (0..<10).lazy.compactMap { _ in
                try scanner.look(luma, stride: frame.stride, width: frame.width, height: frame.height)
            }.first
            XCTAssertEqual(found?.kind, .invitation)
        }
        await host.leaves()
    }

    func testA40MegapixelPicture() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let symbol = try Device.symbol(try await host.hosts(send: true).invitation.symbol)
        let file = guest.folder.appendingPathComponent("large.png")
        try Picture.png(symbol, width: 8000, height: 5000, scale: 16).write(to: file)
        guest.model.handIn(file)
        // Meanwhile everything else goes on.
        guest.model.scan()
        try await guest.sees("camera") { $0.scan }
        try await guest.sees("question", within: 60) { $0.confirm }
        await host.leaves()
        await guest.leaves()
    }

    func testNoPicture() async throws {
        let person = Person()
        person.model.handIn(Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]))
        try await person.isTold(.kindNotAPicture)
        await person.leaves()
    }

    func testAPictureWithoutACode() async throws {
        let person = Person()
        person.model.handIn(Picture.png(nil, width: 200, height: 200, scale: 8))
        let notice = try await person.isTold(.kindNoCode)
        XCTAssertEqual(notice.next, .remedyHandInAnother)
        await person.leaves()
    }

    func testAFileThatIsNotThere() async throws {
        let person = Person()
        person.model.handIn(URL(fileURLWithPath: "/nowhere/at/all.handfast"))
        try await person.isTold(.kindStorage)
        await person.leaves()
    }

    func testAFileThatIsFarTooLarge() async throws {
        let person = Person()
        let file = person.folder.appendingPathComponent("film.mov")
        try Data().write(to: file)
        try FileHandle(forWritingTo: file).truncate(atOffset: 4 << 30)
        person.model.handIn(file)
        try await person.isTold(.kindTooLarge)
        await person.leaves()
    }

    func testWhatIsSharedInGoesToWhoIsChosen() async throws {
        try await meeting { host, guest in
            let folder = host.folder.appendingPathComponent("shared-1")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appendingPathComponent("Harbour.jpg")
            try Data("no code in here".utf8).write(to: file)
            host.model.share(Shared(files: [file]))
            let asked = try await host.sees("the question") { if case .toWhom(let asked) = $0 { asked } else { nil } }
            XCTAssertEqual(asked.names, ["Harbour.jpg"])
            XCTAssertEqual(asked.people.map(\.with), [.person("Ben")])
            XCTAssertNil(host.model.perform(.shareTo(asked.people[0].id)))
            let offered = try await guest.file(.fileOffered)
            XCTAssertEqual(offered.name, "Harbour.jpg")
            _ = try await host.talks()
        }
    }

    func testWhatIsSharedInWaitsUntilSomebodyIsThere() async throws {
        try await atTable { host, guest in
            host.model.share(Shared(text: "See you at 8"))
            try await host.sees("nobody") { screen in
                if case .toWhom(let asked) = screen, asked.people.isEmpty { true } else { nil }
            }
            let code = try await host.hosts()
            try await guest.scans(code.invitation.symbol)
            try await guest.sees("question") { $0.confirm }
            guest.model.accept()
            let asked = try await host.sees("the question") { screen in
                if case .toWhom(let asked) = screen, !asked.people.isEmpty { asked } else { nil }
            }
            host.model.shareTo(asked.people[0].id)
            try await guest.reads("See you at 8")
        }
    }

    func testWhatIsSharedInCanBeForEverybodyWhoWasMetAndWaitsForWhoeverIsAway() async throws {
        try await meeting { host, guest in
            let met = try await host.sees("who was met") { $0.conversation?.contact }
            host.model.goodbye()
            try await host.isHome()
            try await guest.isOver(.kindTheyLeft)
            host.model.share(Shared(text: "see you at eight"))
            let asked = try await host.sees("the question") { $0.toWhom.flatMap { $0.others.isEmpty ? nil : $0 } }
            XCTAssertEqual(asked.people, [])
            XCTAssertEqual(asked.others.map(\.id), [met])
            let row = try XCTUnwrap(Page(host.model.screen).underWay.first)
            XCTAssertNotNil(row.status)
            XCTAssertNil(host.model.perform(row.open.action))
            try await host.sees("that they are looked for") { $0.conversation?.apart }
            try await host.text("what waits") { $0.ours && $0.text == "see you at eight" }
            // Whoever is looked for already is among those with whom something goes on.
            host.model.back()
            host.model.share(Shared(text: "or nine"))
            let again = try await host.sees("the question") { $0.toWhom.flatMap { $0.people.isEmpty ? nil : $0 } }
            XCTAssertEqual(again.others, [])
            host.model.shareTo(again.people[0].id)
            guest.model.meet(try XCTUnwrap(guest.model.home.people.first).id)
            try await guest.reads("see you at eight")
            try await guest.reads("or nine")
        }
    }

    func testALinkThatIsSharedInIsOpenedAndWhatIsDroppedIsGone() async throws {
        try await atTable { host, guest in
            guest.model.share(Shared(text: "Come: " + (try await host.hosts(send: true).invitation.link)))
            try await guest.sees("question") { $0.confirm }
            guest.model.back()
            let folder = guest.folder.appendingPathComponent("shared-2")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appendingPathComponent("a.txt")
            try Data("a".utf8).write(to: file)
            guest.model.share(Shared(text: "with it", files: [file]))
            try await guest.sees("the question") { if case .toWhom = $0 { true } else { nil } }
            guest.model.back()
            try await guest.isHome()
            XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path))
        }
    }
}

/// Pictures as a phone may hold them, written without a compressor.
private enum Picture {
    /// A PNG of one bit a pixel, white around the symbol. `width` and `scale` are multiples of eight.
    static func png(_ symbol: Symbol?, width: Int, height: Int, scale: Int) -> Data {
        var rows = Data(capacity: (width / 8 + 1) * height)
        for y in 0..<height {
            var row = [UInt8](repeating: 255, count: width / 8 + 1)
            row[0] = 0  // no filter
            if let symbol, case let line = y / scale - 8, (0..<symbol.width).contains(line) {
                for column in 0..<symbol.width where symbol.isDark(x: column, y: line) {
                    for x in 0..<scale / 8 { row[1 + (column + 8) * scale / 8 + x] = 0 }
                }
            }
            rows.append(contentsOf: row)
        }
        var png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        png.append(chunk("IHDR", big(width) + big(height) + [1, 0, 0, 0, 0]))
        png.append(chunk("IDAT", stored(rows)))
        png.append(chunk("IEND", []))
        return png
    }

    /// A zlib stream (RFC 1950) of stored blocks (RFC 1951).
    private static func stored(_ bytes: Data) -> Data {
        var stream = Data([0x78, 0x01])
        var (a, b): (UInt32, UInt32) = (1, 0)
        for start in stride(from: 0, to: bytes.count, by: 65535) {
            let block = bytes[start..<min(start + 65535, bytes.count)]
            let length = UInt16(block.count)
            stream.append(block.endIndex == bytes.count ? 1 : 0)
            for value in [length, ~length] {
                stream.append(contentsOf: [UInt8(value & 255), UInt8(value >> 8)])
            }
            stream.append(block)
            for byte in block {
                a = (a + UInt32(byte)) % 65521
                b = (b + a) % 65521
            }
        }
        stream.append(contentsOf: big(Int(b << 16 | a)))
        return stream
    }

    private static func chunk(_ name: String, _ content: some Collection<UInt8>) -> Data {
        let body = Data(name.utf8) + Data(content)
        return Data(big(content.count)) + body + Data(big(Int(~body.reduce(UInt32.max, crc))))
    }

    private static func crc(_ sum: UInt32, _ byte: UInt8) -> UInt32 {
        table[Int((sum ^ UInt32(byte)) & 255)] ^ (sum >> 8)
    }

    private static let table = (UInt32(0)..<256).map { start in
        (0..<8).reduce(start) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    private static func big(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

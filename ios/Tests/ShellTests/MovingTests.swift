import Foundation
import XCTest

@testable import Shell

/// A phone goes on as another one, as tests/scenarios.md has it.
@MainActor
final class MovingTests: XCTestCase {
    func testADeviceMovesToAnotherPhone() async throws {
        try await meeting { old, friend in
            old.model.send("hello")
            try await friend.reads("hello")
            friend.model.send("hi")
            try await old.reads("hi")
            old.model.back()
            try await old.isHome()
            old.model.move()
            try await old.sees("what moves") { $0.moving.flatMap { $0.isNew ? nil : true } }
            old.model.moveOut(withMessages: true)
            let copy = try await old.sees("the copy") { $0.sealed }
            XCTAssertTrue(copy.isPhone)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: copy.path))
            let code = try XCTUnwrap(copy.code).words
            // It is shown once, and nothing of it stays.
            old.model.back()
            try await old.isHome()
            XCTAssertFalse(FileManager.default.fileExists(atPath: copy.path))

            let keys = MemoryKeys()
            let new = Person("Ana", keys: keys)
            let file = new.folder.appendingPathComponent("phone.handfast")
            try bytes.write(to: file)
            new.model.move()
            try await new.sees("what moves") { $0.moving.flatMap { $0.isNew ? true : nil } }
            new.model.handIn(file)
            try await new.sees("the copy") { $0.movingIn }
            new.model.openCopy([], code: try Device.newCode().characters)
            try await new.sees("another code") { $0.movingIn?.hint == .kindWrongAnswer ? true : nil }
            new.model.openCopy([], code: code)
            let open = try await new.sees("what is in it") { screen in
                screen.movingIn.flatMap { $0.found == nil ? nil : $0 }
            }
            XCTAssertEqual(open.found, MovingIn.Found(people: 1, withMessages: true))
            XCTAssertFalse(open.erases)
            new.model.moveIn()
            try await new.isTold(.movedIn)
            let met = try await new.sees("who was met") { $0.home?.people.first }
            XCTAssertEqual(met.id, old.model.home.people.first?.id)
            new.model.meet(met.id)
            try await new.text("what was written") { $0.ours && $0.text == "hello" }
            // Whoever is here is not erased unasked.
            new.model.back()
            try await new.isHome()
            new.model.handIn(file)
            try await new.sees("the copy") { $0.movingIn }
            new.model.openCopy([], code: code)
            try await new.sees("that it erases") { $0.movingIn?.erases == true ? true : nil }
            // Nor where nobody can be in their place.
            keys.failures = 1
            new.model.moveIn()
            try await new.isTold(.kindKeyStoreFailed)
            try await new.isHome()
            XCTAssertEqual(new.model.home.people.map(\.id), [met.id])
            // Where nothing opens afterwards, what was there is thrown away only by a yes.
            new.model.handIn(file)
            try await new.sees("the copy") { $0.movingIn }
            new.model.openCopy([], code: code)
            try await new.sees("what is in it") { $0.movingIn?.found }
            keys.failures = 2
            new.model.moveIn()
            let closed = try await new.sees("that nothing opens") { $0.notOpened }
            XCTAssertEqual(closed.what, .kindKeyStoreFailed)
            new.model.invite(send: false)
            XCTAssertNil(new.model.perform(.startAnew))
            try await new.sees("what was asked for meanwhile") { $0.code }
            XCTAssertTrue(new.model.home.people.isEmpty)
            await new.leaves()
        }
    }
}

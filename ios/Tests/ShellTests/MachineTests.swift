import XCTest

@testable import Shell

final class CameraMachineTests: XCTestCase {
    private var machine = CameraMachine()

    private func after(_ events: CameraMachine.Event...) -> [CameraMachine.Effect] {
        events.map { machine.handle($0) }.last ?? []
    }

    private func open(hasTorch: Bool = true) {
        _ = after(.shown, .permission(.allowed), .opened(.running(hasTorch: hasTorch), turn: 1))
    }

    func testItIsOpenedOnceItMayBe() {
        XCTAssertEqual(after(.shown), [.checkPermission])
        XCTAssertEqual(after(.permission(.unasked)), [.tell(.asking), .askPermission])
        XCTAssertEqual(after(.permission(.allowed)), [.open(turn: 1)])
        XCTAssertEqual(after(.opened(.running(hasTorch: false), turn: 1)), [.tell(.running)])
    }

    func testWhoLeavesWhileItOpensClosesIt() {
        XCTAssertEqual(after(.shown, .permission(.allowed)), [.open(turn: 1)])
        XCTAssertEqual(after(.hidden), [.close])
        XCTAssertEqual(after(.opened(.running(hasTorch: true), turn: 1)), [])
        XCTAssertFalse(machine.offersTorch)
    }

    func testWhoLeavesBeforeTheAnswerOpensNothing() {
        _ = after(.shown, .permission(.unasked))
        XCTAssertEqual(after(.hidden), [])
        XCTAssertEqual(after(.permission(.allowed)), [])
    }

    func testTheQuestionItselfPutsTheAppAsideAndDoesNotStopIt() {
        _ = after(.shown, .permission(.unasked))
        XCTAssertEqual(after(.left), [])
        XCTAssertEqual(after(.entered), [])
        XCTAssertEqual(after(.permission(.allowed)), [.open(turn: 1)])
    }

    func testItIsClosedWithTheAppAndOpenedWithIt() {
        open()
        XCTAssertEqual(after(.left), [.close])
        XCTAssertEqual(after(.entered), [.checkPermission])
        XCTAssertEqual(after(.permission(.allowed)), [.open(turn: 3)])
    }

    func testWhatWasForbiddenIsLookedAtAgainWhenThePersonComesBack() {
        XCTAssertEqual(after(.shown, .permission(.denied)), [.tell(.denied)])
        XCTAssertEqual(after(.left), [])
        XCTAssertEqual(after(.entered), [.checkPermission])
        XCTAssertEqual(after(.permission(.allowed)), [.open(turn: 1)])
    }

    func testTheLightIsOutBeforeTheCameraIsClosed() {
        open()
        XCTAssertEqual(after(.torch), [.torch(true)])
        XCTAssertTrue(machine.isLit)
        XCTAssertEqual(after(.hidden), [.torch(false), .close])
        XCTAssertEqual(after(.torch), [])
        XCTAssertFalse(machine.isLit)
    }

    func testWithoutALightNothingIsPressed() {
        open(hasTorch: false)
        XCTAssertFalse(machine.offersTorch)
        XCTAssertEqual(after(.torch), [])
    }

    func testAnotherAppTakesItAndGivesItBack() {
        open()
        XCTAssertEqual(after(.interrupted), [.tell(.taken)])
        XCTAssertFalse(machine.offersTorch)
        XCTAssertEqual(after(.freed), [.open(turn: 2)])
        XCTAssertEqual(after(.opened(.running(hasTorch: true), turn: 2)), [.tell(.running)])
    }

    func testOneThatBreaksIsOpenedAgainButNotForEver() {
        open()
        XCTAssertEqual(after(.broke), [.close, .open(turn: 3)])
        _ = after(.opened(.running(hasTorch: true), turn: 3))
        XCTAssertEqual(after(.broke), [.close, .open(turn: 5)])
        XCTAssertEqual(after(.broke), [.close, .tell(.missing)])
        XCTAssertEqual(after(.broke), [])
        XCTAssertEqual(after(.hidden, .shown), [.checkPermission])
    }

    /// Whatever happens in whatever order, it never stays open where nobody looks.
    func testAThousandStepsLeaveNoCameraOpen() {
        var random = Steps(seed: 7)
        var opened: [Int] = []
        for _ in 0..<1000 {
            let events: [CameraMachine.Event] = [
                .shown, .hidden, .entered, .left, .permission(.unasked), .permission(.allowed), .permission(.denied),
                .interrupted, .freed, .broke, .torch,
                .opened(.running(hasTorch: true), turn: opened.last ?? 0), .opened(.missing, turn: opened.last ?? 0),
            ]
            let event = events[random.next(events.count)]
            for effect in machine.handle(event) {
                if case .open(let turn) = effect { opened.append(turn) }
                if effect == .close { opened.removeAll() }
            }
            if event == .hidden || event == .left {
                XCTAssertEqual(opened.count, 0, "\(event)")
                XCTAssertFalse(machine.isLit)
            }
            if case .opened(.missing, _) = event { opened.removeAll() }
            XCTAssertLessThanOrEqual(Set(opened).count, 2)
        }
    }

    func testAfterAFindItRestsAndLooksAgain() {
        let now = ContinuousClock.now
        var gate = FrameGate()
        XCTAssertTrue(gate.looks(at: now))
        gate.found(at: now)
        XCTAssertFalse(gate.looks(at: now + .milliseconds(1900)))
        XCTAssertTrue(gate.looks(at: now + .seconds(2)))
    }
}

final class BackgroundMachineTests: XCTestCase {
    private var machine = BackgroundMachine()
    private let start = ContinuousClock.now

    private func after(
        _ event: BackgroundMachine.Event, at seconds: Double = 0
    ) -> [BackgroundMachine.Effect] {
        machine.handle(event, at: start + .seconds(seconds))
    }

    func testWhatIsUnderWayGoesOnAndSleepsBeforeTheSystemTakesItsTime() {
        XCTAssertEqual(after(.left(isAtRest: false)), [.begin])
        XCTAssertEqual(after(.granted(.seconds(28))), [])
        XCTAssertEqual(machine.deadline, start + .seconds(20))
        XCTAssertEqual(after(.passed, at: 19), [])
        XCTAssertEqual(after(.passed, at: 20), [.pause(turn: 1)])
        XCTAssertEqual(after(.paused(turn: 1), at: 21), [.end])
        XCTAssertEqual(after(.expired, at: 28), [])
        XCTAssertEqual(after(.returned, at: 60), [.resume])
    }

    func testMoreThanTheSystemEverGivesIsNotBelieved() {
        _ = after(.left(isAtRest: false))
        _ = after(.granted(.seconds(1e15)))
        XCTAssertEqual(machine.deadline, start + .seconds(22))
    }

    func testNothingUnderWaySleepsAtOnceAndWithTimeToDoSo() {
        XCTAssertEqual(after(.left(isAtRest: true)), [.begin])
        XCTAssertEqual(after(.granted(.seconds(28))), [.pause(turn: 1)])
        XCTAssertEqual(after(.paused(turn: 1)), [.end])
    }

    func testWhereTheSystemRefusesItSleepsAtOnce() {
        _ = after(.left(isAtRest: false))
        XCTAssertEqual(after(.granted(nil)), [.pause(turn: 1)])
        XCTAssertEqual(after(.paused(turn: 1)), [])
        XCTAssertEqual(after(.returned), [.resume])
    }

    func testWhatComesToRestMeanwhileSleeps() {
        _ = after(.left(isAtRest: false))
        _ = after(.granted(.seconds(28)))
        XCTAssertEqual(after(.rested, at: 3), [.pause(turn: 1)])
        XCTAssertEqual(after(.rested, at: 3), [])
    }

    func testTimeThatEndsEarlyIsGivenBackAtOnce() {
        _ = after(.left(isAtRest: false))
        _ = after(.granted(.seconds(28)))
        XCTAssertEqual(after(.expired, at: 5), [.pause(turn: 1), .end])
        XCTAssertEqual(after(.paused(turn: 1), at: 5), [])
    }

    func testTimeThatEndsWhileItFallsAsleepIsGivenBackOnce() {
        _ = after(.left(isAtRest: true))
        _ = after(.granted(.seconds(28)))
        XCTAssertEqual(after(.expired), [.end])
        XCTAssertEqual(after(.paused(turn: 1)), [])
        XCTAssertEqual(after(.returned), [.resume])
    }

    func testWhoComesBackWakesItUpAndGivesTheTimeBack() {
        _ = after(.left(isAtRest: false))
        _ = after(.granted(.seconds(28)))
        XCTAssertEqual(after(.returned, at: 4), [.resume, .end])
        XCTAssertNil(machine.deadline)
        XCTAssertEqual(after(.passed, at: 20), [])
        XCTAssertEqual(after(.left(isAtRest: false), at: 30), [.begin])
    }

    func testWhoComesBackWhileItFallsAsleepWakesItUpAfterwards() {
        _ = after(.left(isAtRest: true))
        _ = after(.granted(.seconds(28)))
        XCTAssertEqual(after(.returned), [.resume, .end])
        XCTAssertEqual(after(.paused(turn: 1)), [])
    }

    func testASleepThatIsDoneAfterTheNextBeganDoesNotEndThatOne() {
        _ = after(.left(isAtRest: true))
        XCTAssertEqual(after(.granted(.seconds(28))), [.pause(turn: 1)])
        _ = after(.returned)
        _ = after(.left(isAtRest: true))
        XCTAssertEqual(after(.granted(.seconds(28))), [.pause(turn: 2)])
        XCTAssertEqual(after(.paused(turn: 1)), [])
        XCTAssertEqual(after(.paused(turn: 2)), [.end])
    }

    func testTimeThatIsGrantedTooLateIsGivenBack() {
        _ = after(.left(isAtRest: false))
        _ = after(.returned)
        XCTAssertEqual(after(.granted(.seconds(28))), [.end])
    }

    /// Whatever is granted is given back, once.
    func testAThousandStepsKeepNothingOfTheSystem() {
        var random = Steps(seed: 11)
        var held = 0
        var turn = 0
        for step in 0..<1000 {
            let events: [BackgroundMachine.Event] = [
                .left(isAtRest: random.next(2) == 0), .rested, .passed, .paused(turn: turn), .returned,
            ]
            let event = events[random.next(events.count)]
            for effect in after(event, at: Double(step)) {
                if case .pause(let new) = effect { turn = new }
                if effect == .begin {
                    held += 1
                    for next in after(.granted(.seconds(28)), at: Double(step)) {
                        XCTAssertNotEqual(next, .begin)
                        if case .pause(let new) = next { turn = new }
                    }
                }
                if effect == .end { held -= 1 }
            }
            XCTAssertTrue((0...1).contains(held), "\(held)")
        }
        _ = after(.returned, at: 2000).map { if $0 == .end { held -= 1 } }
        XCTAssertEqual(held, 0)
    }
}

final class LocalNetworkMachineTests: XCTestCase {
    private var machine = LocalNetworkMachine()
    private let start = ContinuousClock.now

    private func after(
        _ event: LocalNetworkMachine.Event, at seconds: Double = 0
    ) -> [LocalNetworkMachine.Effect] {
        machine.handle(event, at: start + .seconds(seconds))
    }

    override func setUp() {
        _ = after(.addresses(["192.168.1.20"]))
    }

    func testItIsTriedWhileSomebodyHasToBeReached() {
        XCTAssertEqual(after(.wanted(true)), [.probe("192.168.1.1", turn: 1)])
        XCTAssertEqual(after(.wanted(true)), [])
        XCTAssertEqual(after(.said(.ready, turn: 1)), [.tell(allowed: true)])
        XCTAssertEqual(after(.wanted(false)), [.stop])
        XCTAssertEqual(after(.said(.forbidden, turn: 1)), [])
    }

    func testWhileTheSystemAsksThePersonNothingIsSaid() {
        _ = after(.wanted(true))
        XCTAssertEqual(after(.said(.forbidden, turn: 1)), [])
        XCTAssertEqual(after(.active(false), at: 1), [])
        XCTAssertEqual(after(.passed, at: 30), [])
        // They answered.
        XCTAssertEqual(after(.active(true), at: 40), [.probe("192.168.1.1", turn: 2)])
        XCTAssertEqual(after(.said(.forbidden, turn: 1), at: 40), [])
        XCTAssertEqual(after(.said(.ready, turn: 2), at: 41), [.tell(allowed: true)])
    }

    func testWhatStaysForbiddenIsSaidAndTriedAgain() {
        _ = after(.wanted(true))
        _ = after(.said(.forbidden, turn: 1))
        XCTAssertEqual(after(.passed, at: 1), [])
        XCTAssertEqual(after(.passed, at: 2), [.tell(allowed: false)])
        XCTAssertEqual(after(.passed, at: 7), [.probe("192.168.1.1", turn: 2)])
        XCTAssertEqual(after(.said(.forbidden, turn: 2), at: 7), [])
        XCTAssertEqual(machine.deadline, start + .seconds(12))
        XCTAssertEqual(after(.passed, at: 12), [.probe("192.168.1.1", turn: 3)])
        XCTAssertEqual(after(.said(.ready, turn: 3), at: 13), [.tell(allowed: true)])
    }

    func testWhoeverComesBackFromTheSettingsIsLookedAtAgain() {
        _ = after(.wanted(true))
        _ = after(.said(.forbidden, turn: 1))
        _ = after(.passed, at: 2)
        _ = after(.active(false), at: 3)
        XCTAssertEqual(after(.active(true), at: 20), [.probe("192.168.1.1", turn: 2)])
    }

    func testWhatIsSlowIsNotForbidden() {
        _ = after(.wanted(true))
        XCTAssertEqual(after(.said(.unclear, turn: 1)), [])
        XCTAssertNil(machine.deadline)
    }

    func testAnotherNetworkIsTriedAnew() {
        _ = after(.wanted(true))
        XCTAssertEqual(after(.addresses(["192.168.1.20"])), [])
        XCTAssertEqual(after(.addresses(["10.0.0.7"])), [.stop, .probe("10.0.0.1", turn: 2)])
        XCTAssertEqual(after(.addresses(["203.0.113.9"])), [.stop])
        XCTAssertEqual(after(.addresses(["10.0.0.7"])), [.probe("10.0.0.1", turn: 3)])
    }
}

final class NetworkMachineTests: XCTestCase {
    private var machine = NetworkMachine()

    func testAHotspotOfThisPhoneIsToldThoughNoPathChanges() {
        XCTAssertNil(machine.handle(.leadsOut(router: nil)))
        XCTAssertEqual(
            machine.handle(.addresses(["100.64.1.2"])),
            NetworkMachine.Told(addresses: ["100.64.1.2"], router: nil))
        XCTAssertNil(machine.handle(.addresses(["100.64.1.2"])))
        XCTAssertEqual(machine.handle(.addresses(["100.64.1.2", "172.20.10.1"]))?.addresses.last, "172.20.10.1")
    }

    func testTheRouterIsThatOfAWiFiWithoutInternetWhereThereIsOne() {
        _ = machine.handle(.addresses(["100.64.1.2"]))
        XCTAssertEqual(machine.handle(.leadsOut(router: "100.64.0.1"))?.router, "100.64.0.1")
        XCTAssertEqual(machine.handle(.wifi(router: "172.20.10.1"))?.router, "172.20.10.1")
        XCTAssertNil(machine.handle(.leadsOut(router: "100.64.0.9")))
        XCTAssertEqual(machine.handle(.wifi(router: nil))?.router, "100.64.0.9")
    }

    func testAVPNIsTold() {
        _ = machine.handle(.addresses(["10.0.0.2"]))
        XCTAssertEqual(machine.handle(.leadsOut(router: nil, isTunnel: true))?.isTunnelled, true)
        XCTAssertEqual(machine.handle(.leadsOut(router: nil))?.isTunnelled, false)
    }

    func testNoNetworkIsToldToo() {
        _ = machine.handle(.addresses(["10.0.0.2"]))
        XCTAssertEqual(machine.handle(.addresses([]))?.addresses, [])
    }
}

final class AppLockMachineTests: XCTestCase {
    private var machine = AppLockMachine()
    private let start = ContinuousClock.now

    private func after(_ event: AppLockMachine.Event, at seconds: Double = 0) -> [AppLockMachine.Effect] {
        machine.handle(event, at: start + .seconds(seconds))
    }

    func testItIsCoveredFromTheStartUntilTheOwnerIsThere() {
        XCTAssertEqual(after(.wanted(true, atStart: true)), [])
        XCTAssertTrue(machine.isCovered)
        XCTAssertEqual(after(.returned), [.ask])
        // The system's own question puts the app aside for a moment.
        XCTAssertEqual(after(.returned), [])
        XCTAssertEqual(after(.answered(.refused)), [])
        XCTAssertTrue(machine.isCovered)
        XCTAssertEqual(after(.touched), [.ask])
        XCTAssertEqual(after(.touched), [])
        XCTAssertEqual(after(.answered(.owner)), [])
        XCTAssertFalse(machine.isCovered)
    }

    func testWhoRefusesIsNotAskedAgainBeforeTheyLeftOrTouchedIt() {
        _ = after(.wanted(true, atStart: true))
        XCTAssertEqual(after(.returned), [.ask])
        XCTAssertEqual(after(.answered(.refused)), [])
        // The system's own question is gone, so the app is there again.
        XCTAssertEqual(after(.returned), [])
        XCTAssertEqual(after(.touched), [.ask])
        XCTAssertEqual(after(.answered(.refused)), [])
        _ = after(.left)
        XCTAssertEqual(after(.returned), [.ask])
    }

    func testASharedFileIsNoLeavingButAMinuteIs() {
        _ = after(.wanted(true, atStart: false))
        XCTAssertFalse(machine.isCovered)
        _ = after(.left)
        XCTAssertEqual(after(.returned, at: 59), [])
        _ = after(.left, at: 100)
        XCTAssertEqual(after(.returned, at: 160), [.ask])
        XCTAssertTrue(machine.isCovered)
    }

    func testWhoDoesNotWantItIsNeverAsked() {
        _ = after(.wanted(false, atStart: true))
        _ = after(.left)
        XCTAssertEqual(after(.returned, at: 1000), [])
        XCTAssertEqual(after(.touched), [])
    }

    func testAPhoneWithoutALockOfItsOwnLocksNobodyOut() {
        _ = after(.wanted(true, atStart: true))
        _ = after(.returned)
        _ = after(.answered(.impossible))
        XCTAssertFalse(machine.isCovered)
    }
}

/// The same numbers for the same seed.
struct Steps {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next(_ below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % below
    }
}

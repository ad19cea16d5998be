/// Every sentence and label of the app. The raw value is the key of its string in every language and in
/// every shell; no text stands in code.
public enum Key: String, CaseIterable, Sendable {
    case hostWaiting = "host_waiting"
    case hostTheyAreHere = "host_they_are_here"
    case hostScanTheirCode = "host_scan_their_code"
    case hostChecking = "host_checking"
    case hostAsking = "host_asking"
    case hostOffline = "host_offline"
    case guestKnocking = "guest_knocking"
    case guestAnswered = "guest_answered"
    case guestChecking = "guest_checking"
    case guestOffline = "guest_offline"

    case proofCamera = "proof_camera"
    case proofCarried = "proof_carried"
    case proofLocked = "proof_locked"

    case trustUnverified = "trust_unverified"
    case trustIntroduced = "trust_introduced"
    case trustAnswerChecked = "trust_answer_checked"
    case trustVerified = "trust_verified"
    case reasonOpenLink = "reason_open_link"
    case reasonSawTheCode = "reason_saw_the_code"
    case reasonIntroduced = "reason_introduced"
    case reasonLockedLink = "reason_locked_link"
    case reasonAnswered = "reason_answered"
    case reasonScanned = "reason_scanned"
    case reasonCompared = "reason_compared"

    case lineInterrupted = "line_interrupted"
    case fileOffered = "file_offered"
    case fileWaiting = "file_waiting"
    case fileMoving = "file_moving"
    case fileSent = "file_sent"
    case fileReceived = "file_received"

    case kindExpired = "kind_expired"
    case kindTaken = "kind_taken"
    case kindNotReached = "kind_not_reached"
    case kindWentAway = "kind_went_away"
    case kindNotTheInviter = "kind_not_the_inviter"
    case kindAnswersDiffer = "kind_answers_differ"
    case kindBurned = "kind_burned"
    case kindNoRoute = "kind_no_route"
    case kindNoNetwork = "kind_no_network"
    case kindMoved = "kind_moved"
    case kindCancelled = "kind_cancelled"
    case kindLost = "kind_lost"
    case kindTheyLeft = "kind_they_left"
    case kindRulesBroken = "kind_rules_broken"
    case kindNothingFound = "kind_nothing_found"
    case kindIncomplete = "kind_incomplete"
    case kindNewerVersion = "kind_newer_version"
    case kindSeveralFound = "kind_several_found"
    case kindTooLarge = "kind_too_large"
    case kindNotAPicture = "kind_not_a_picture"
    case kindNoCode = "kind_no_code"
    case kindWrongReply = "kind_wrong_reply"
    case kindWrongThing = "kind_wrong_thing"
    case kindWrongAnswer = "kind_wrong_answer"
    case kindBadText = "kind_bad_text"
    case kindTooExpensive = "kind_too_expensive"
    case kindDeclined = "kind_declined"
    case kindStorageFull = "kind_storage_full"
    case kindStorage = "kind_storage"
    case kindTooMany = "kind_too_many"
    case kindBusy = "kind_busy"
    case kindNotNow = "kind_not_now"
    case kindVaultLocked = "kind_vault_locked"
    case kindVaultFailed = "kind_vault_failed"
    case kindDevice = "kind_device"
    case kindShutDown = "kind_shut_down"
    case kindInternal = "kind_internal"

    case remedyAskAgain = "remedy_ask_again"
    case remedyInviteAgain = "remedy_invite_again"
    case remedyTryTogether = "remedy_try_together"
    case remedyCheckNetwork = "remedy_check_network"
    case remedyUpdate = "remedy_update"
    case remedyHandInAnother = "remedy_hand_in_another"
    case remedyRetype = "remedy_retype"
    case remedyMakeRoom = "remedy_make_room"
    case remedyFinishFirst = "remedy_finish_first"
    case remedyUnlock = "remedy_unlock"
    case remedyRestart = "remedy_restart"

    case scanNotOurs = "scan_not_ours"
    case cameraDenied = "camera_denied"
    case cameraMissing = "camera_missing"
    case localNetworkDenied = "local_network_denied"
    case replyTaken = "reply_taken"
    case sealedFound = "sealed_found"
    case anotherUnderWay = "another_under_way"

    case strengthOneCharacter = "strength_one_character"
    case strengthCommon = "strength_common"
    case strengthInQuestion = "strength_in_question"
    case strengthWeak = "strength_weak"
    case strengthFair = "strength_fair"
    case strengthNoShortcutSeen = "strength_no_shortcut_seen"
    case strengthBeyondReach = "strength_beyond_reach"

    // Labels, and the sentences around them.
    case appName = "app_name"
    case homeText = "home_text"
    case showCode = "show_code"
    case scanCode = "scan_code"
    case shareLink = "share_link"
    case stop
    case understood
    case backHome = "back_home"

    // What waits, and who was met.
    case waitingList = "waiting_list"
    case waitingOurs = "waiting_ours"
    case waitingTheirs = "waiting_theirs"
    case waitingTheirsUnknown = "waiting_theirs_unknown"
    case goOn = "go_on"
    case giveUp = "give_up"
    case putAside = "put_aside"
    case people
    case personSince = "person_since"
    case forget
    case forgetText = "forget_text"

    case lockFile = "lock_file"
    case lockTitle = "lock_title"
    case lockText = "lock_text"
    case lockWithCode = "lock_with_code"
    case lockNow = "lock_now"
    case locking
    case sealedTitle = "sealed_title"
    case sealedCode = "sealed_code"
    case lockedTitle = "locked_title"
    case lockedText = "locked_text"
    case answerCode = "answer_code"
    case share

    case qrDescription = "qr_description"
    case timeLeft = "time_left"
    case scanTheirCode = "scan_their_code"
    case sendInstead = "send_instead"
    case shareAsLink = "share_as_link"
    case shareAsPicture = "share_as_picture"
    case shareAsFile = "share_as_file"

    case scanInvitation = "scan_invitation"
    case scanReply = "scan_reply"
    case cameraDescription = "camera_description"
    case torch
    case paste
    case pickPicture = "pick_picture"
    case pickFile = "pick_file"

    case confirmTitle = "confirm_title"
    case confirmTitleUnknown = "confirm_title_unknown"
    case confirmAddress = "confirm_address"
    case confirmExpired = "confirm_expired"
    case connect
    case notNow = "not_now"

    case connectingTitle = "connecting_title"
    case showMyReply = "show_my_reply"
    case replyTitle = "reply_title"
    case replyText = "reply_text"

    case confirmQuestion = "confirm_question"
    case questionTitle = "question_title"
    case questionWarning = "question_warning"
    case questionUnwritten = "question_unwritten"
    case triesLeft = "tries_left"
    case answer
    case unlocking
    case shareWithQuestion = "share_with_question"
    case protectionTitle = "protection_title"
    case protectionText = "protection_text"
    case yourQuestion = "your_question"
    case yourAnswer = "your_answer"
    case lockLink = "lock_link"
    case makeInvitation = "make_invitation"

    case compare
    case compareTitle = "compare_title"
    case compareText = "compare_text"
    case compareSame = "compare_same"
    case compareDifferent = "compare_different"
    case compareLater = "compare_later"

    case personUnknown = "person_unknown"
    case trustLine = "trust_line"
    case writeMessage = "write_message"
    case send
    case attach
    case leave
    case rowOurs = "row_ours"
    case rowTheirs = "row_theirs"
    case accept
    case decline
    case save
    case fileLine = "file_line"
    case fileProgress = "file_progress"

    case wayShowCode = "way_show_code"
    case wayScan = "way_scan"
    case wayNetworkSettings = "way_network_settings"
    case wayAppSettings = "way_app_settings"
    case wayStorageSettings = "way_storage_settings"
    case wayReplace = "way_replace"
    case wayRestart = "way_restart"
}

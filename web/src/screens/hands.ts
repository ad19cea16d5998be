// What a person does, whatever is on the screen.

import type { Invitation } from "../device.js";

/** What a person does. */
export interface Hands {
    open(text: string): void;
    openFile(file: File): void;
    /** Looks by the camera. */
    scan(): void;
    /** Opens this one of those that were found together. */
    choose(number: number): void;
    /** Asks what is to be locked, and how. */
    lock(): void;
    /** Asks what an invitation is to be. */
    guard(): void;
    invite(invitation: Invitation): void;
    takeReply(text: string): void;
    takeReplyFile(file: File): void;
    accept(name: string): void;
    answer(typed: string[]): void;
    offerReply(): void;
    say(text: string): void;
    send(file: File): void;
    take(row: number): void;
    /** Declines or stops it. */
    stop(row: number): void;
    save(place: string, as: string): void;
    compare(): void;
    judge(isSame: boolean): void;
    later(): void;
    onlyThey(): void;
    allowMore(): void;
    close(): void;
    home(): void;
}

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
    /** `keeps`: and wants to keep whoever comes of it. */
    accept(name: string, keeps: boolean): void;
    answer(typed: string[]): void;
    offerReply(): void;
    say(text: string): void;
    /** Writes something about a row: replies to it, reacts with a symbol, changes it, or takes it back. */
    reply(row: number, text: string): void;
    react(row: number, symbol: string): void;
    edit(row: number, text: string): void;
    takeBack(row: number): void;
    /** Wants to see what stands before. */
    earlier(): void;
    /** Has this row before their eyes. */
    see(row: number): void;
    visit(key: string): void;
    forget(): void;
    /** Takes everything to another device. */
    move(): void;
    send(file: File): void;
    take(row: number): void;
    /** Declines or stops it. */
    stop(row: number): void;
    save(place: string, as: string): void;
    /** Whether there is something to save. */
    has(place: string): boolean;
    compare(): void;
    judge(isSame: boolean): void;
    later(): void;
    onlyThey(): void;
    allowMore(): void;
    close(): void;
    home(): void;
}

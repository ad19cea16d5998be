// One session's way to its peer: an RTCPeerConnection with one negotiated channel, made anew with the same
// certificate when nothing came of it. What it means that something happened is decided by the core.

/** What a connection tells. */
export interface Ears {
    /** There is a connection, described so. */
    bound(description: string): void;
    /** There is another one: what to tell it of the other side, if there is anybody. */
    knock(description: string): string | undefined;
    answered(): void;
    /** Nobody is heard on a connection that was never open; the browser may have given it up. */
    unheard(isGivenUp: boolean): void;
    opened(): void;
    received(message: Uint8Array): void;
    /** So many bytes wait to leave, right after something was sent. */
    waiting(bytes: number): void;
    /** Few wait now. */
    drained(bytes: number): void;
    silent(isSilent: boolean): void;
    closed(): void;
    /** This browser makes no connections. */
    failed(): void;
}

/** Browsers give up a connection that nobody answers, some of them after seconds. */
const TRY_ANEW_AFTER = 6_000;

/** How long a browser may look for its own addresses before it is asked what it has. */
const GATHER = 300;

/** When so few bytes wait to leave, more is wanted. */
const FEW = 1 << 17;

/** How long what was sent may take to leave. */
const FAREWELL = 1_000;

/** Whether this browser makes connections. */
export const CAN_CONNECT = "RTCPeerConnection" in window;

export class Connection {
    certificate: RTCCertificate | undefined;
    private peer: RTCPeerConnection | undefined;
    private channel: RTCDataChannel | undefined;
    private again: ReturnType<typeof setTimeout> | undefined;
    private isNameless = false;
    /** It is open, or was. */
    private wasOpen = false;
    /** The tries so far: one that was given up is not heard any more. */
    private tries = 0;

    constructor(private readonly ears: Ears) {}

    /** With this certificate, if others were told of it before. */
    async bind(certificate?: RTCCertificate): Promise<void> {
        try {
            const keys = { name: "ECDSA", namedCurve: "P-256" };
            this.certificate = certificate ?? (await RTCPeerConnection.generateCertificate(keys));
            const description = await this.describe();
            if (description !== undefined) this.ears.bound(description);
        } catch {
            this.ears.failed();
        }
    }

    /** `isNameless`: nobody was told by which credentials it goes, so there may be others every few seconds. */
    async connect(description: string, isNameless = this.isNameless): Promise<void> {
        const current = this.tries;
        this.isNameless = isNameless;
        if (isNameless) this.again = setTimeout(() => void this.connectAgain(), TRY_ANEW_AFTER);
        try {
            await this.peer?.setRemoteDescription({ type: "answer", sdp: description });
        } catch {
            if (current === this.tries) this.ears.failed();
        }
    }

    async connectAgain(): Promise<void> {
        try {
            const description = await this.describe();
            if (description === undefined) return;
            const other = this.ears.knock(description);
            if (other !== undefined) await this.connect(other);
        } catch {
            this.ears.failed();
        }
    }

    send(message: Uint8Array<ArrayBuffer>): void {
        if (this.channel?.readyState !== "open") return;
        this.channel.send(message);
        this.ears.waiting(this.channel.bufferedAmount);
    }

    /** Delivers what was sent, then gives the connection up. */
    shut(): void {
        const { peer, channel } = this;
        this.forget();
        const until = Date.now() + FAREWELL;
        const look = (): void => {
            const isThrough = channel === undefined || channel.readyState !== "open" || channel.bufferedAmount === 0;
            // What has left the channel still needs a moment on its way.
            if (isThrough) setTimeout(() => peer?.close(), FAREWELL / 4);
            else if (Date.now() > until) peer?.close();
            else setTimeout(look, 20);
        };
        look();
    }

    /** The browser had put the page aside, and the connection away with it. */
    async restored(): Promise<void> {
        if (!this.wasOpen) return this.connectAgain();
        this.cut();
        this.ears.closed();
    }

    /** Gives the connection up at once. */
    cut(): void {
        const { peer } = this;
        this.forget();
        peer?.close();
    }

    private forget(): void {
        clearTimeout(this.again);
        this.tries += 1;
        this.peer = undefined;
        this.channel = undefined;
    }

    /** Makes a connection, and says how the browser describes it; undefined if it was given up meanwhile. */
    private async describe(): Promise<string | undefined> {
        this.cut();
        const current = this.tries;
        const isCurrent = (): boolean => current === this.tries;
        const certificates = this.certificate === undefined ? [] : [this.certificate];
        const peer = new RTCPeerConnection({ certificates });
        const channel = peer.createDataChannel("", { negotiated: true, id: 0 });
        channel.binaryType = "arraybuffer";
        channel.bufferedAmountLowThreshold = FEW;
        this.peer = peer;
        this.channel = channel;
        this.wasOpen = false;

        channel.onopen = () => {
            if (!isCurrent()) return;
            clearTimeout(this.again);
            this.wasOpen = true;
            this.ears.opened();
        };
        channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
            if (isCurrent()) this.ears.received(new Uint8Array(data));
        };
        channel.onbufferedamountlow = () => {
            if (isCurrent()) this.ears.drained(channel.bufferedAmount);
        };
        channel.onclose = () => {
            if (isCurrent()) this.ears.closed();
        };
        peer.oniceconnectionstatechange = () => {
            if (!isCurrent()) return;
            switch (peer.iceConnectionState) {
                case "connected":
                case "completed":
                    if (this.wasOpen) this.ears.silent(false);
                    else this.ears.answered();
                    break;
                case "disconnected":
                    if (this.wasOpen) this.ears.silent(true);
                    else this.ears.unheard(false);
                    break;
                case "failed":
                    if (this.wasOpen) this.ears.closed();
                    else this.ears.unheard(true);
                    break;
            }
        };

        await peer.setLocalDescription();
        await gathered(peer);
        return isCurrent() ? peer.localDescription?.sdp : undefined;
    }
}

/** Waits until the browser knows its own addresses, or long enough. */
function gathered(peer: RTCPeerConnection): Promise<void> {
    return new Promise((done) => {
        if (peer.iceGatheringState === "complete") return done();
        peer.onicegatheringstatechange = () => {
            if (peer.iceGatheringState === "complete") done();
        };
        setTimeout(done, GATHER);
    });
}

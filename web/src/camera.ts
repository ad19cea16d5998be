// Codes that a person shows to this page, in a picture or to the camera.

import type { Ask, Told } from "./reader.js";
import type { Key } from "./strings.js";
import { HAS_WORKERS, worker } from "./worker.js";

/** The longer side of a frame that is read, in pixels. */
const FRAME = 1_280;

/** Whether codes can be read here. */
export const CAN_READ = HAS_WORKERS;

/** Whether there may be a camera: browsers have none for a page that anybody on the way can change. */
export const HAS_CAMERA = CAN_READ && "mediaDevices" in navigator;

/** The reader, loaded when it is wanted first. */
class Reader {
    private running: Worker | undefined;

    /** Reads one thing. Whoever asks waits for the answer before they ask again. */
    async read(asked: Ask): Promise<Told> {
        this.running ??= worker("reader");
        const running = this.running;
        const told = await new Promise<Told>((done) => {
            running.onmessage = ({ data }: MessageEvent<Told>) => done(data);
            running.onerror = () => {
                this.end();
                done({ why: "kind_nothing_found" });
            };
            running.postMessage(asked);
        });
        return told;
    }

    end(): void {
        this.running?.terminate();
        this.running = undefined;
    }
}

/** Reads the codes in a picture file. */
export async function readPicture(bytes: Uint8Array<ArrayBuffer>): Promise<Told> {
    const reader = new Reader();
    const told = await reader.read(bytes);
    reader.end();
    return told;
}

/** A camera that is on. */
export class Camera {
    private readonly reader = new Reader();
    private stream: MediaStream | undefined;
    private isOff = false;

    /** `seen` gets the texts of all codes in a frame, and says whether it wants no more. */
    constructor(
        private readonly video: HTMLVideoElement,
        private readonly seen: (texts: string[]) => boolean,
    ) {}

    /** Begins to look. Why that cannot be, if it cannot. */
    async start(): Promise<Key | undefined> {
        try {
            const stream = await navigator.mediaDevices.getUserMedia({
                video: { facingMode: "environment", width: { ideal: FRAME } },
            });
            this.stream = stream;
            // Somebody may have gone on meanwhile.
            if (this.isOff) {
                this.stop();
                return undefined;
            }
            this.video.srcObject = stream;
            await this.video.play();
        } catch (error) {
            if (this.isOff) return undefined;
            const isDenied = error instanceof DOMException && error.name === "NotAllowedError";
            return isDenied ? "camera_denied" : "camera_missing";
        }
        void this.look();
        return undefined;
    }

    stop(): void {
        this.isOff = true;
        this.reader.end();
        for (const track of this.stream?.getTracks() ?? []) track.stop();
    }

    private async look(): Promise<void> {
        const canvas = document.createElement("canvas");
        const drawing = canvas.getContext("2d", { willReadFrequently: true });
        while (!this.isOff && drawing !== null) {
            await new Promise(requestAnimationFrame);
            const { videoWidth: width, videoHeight: height } = this.video;
            if (width === 0) continue;
            const scale = Math.min(1, FRAME / Math.max(width, height));
            [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
            drawing.drawImage(this.video, 0, 0, canvas.width, canvas.height);
            const told = await this.reader.read(drawing.getImageData(0, 0, canvas.width, canvas.height));
            if (!this.isOff && "texts" in told && told.texts.length > 0 && this.seen(told.texts)) return;
        }
    }
}

// A voice memo while it is being recorded.
const most_ms = 10 * 60 * 1000
const tick_ms = 100

export class Recorder {
    elapsed = $state(0)
    recording = $state(false)
    private recorder: MediaRecorder | null = null
    private pieces: Blob[] = []
    private started = 0
    private timer = 0

    async start(): Promise<void> {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
        const types = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']
        const type = types.find((one) => MediaRecorder.isTypeSupported(one))
        this.recorder = new MediaRecorder(stream, type ? { mimeType: type } : undefined)
        this.pieces = []
        this.recorder.ondataavailable = (event) => this.pieces.push(event.data)
        this.recorder.start(1000)
        this.started = Date.now()
        this.recording = true
        this.timer = window.setInterval(() => {
            this.elapsed = Date.now() - this.started
            if (this.elapsed > most_ms) this.recorder?.stop()
        }, tick_ms)
    }

    // Ends it; the memo, or null where nothing was said.
    async stop(): Promise<{ blob: Blob; duration_ms: number } | null> {
        const recorder = this.recorder
        if (!recorder) return null
        const duration_ms = Date.now() - this.started
        if (recorder.state !== 'inactive') {
            await new Promise((resolve) => {
                recorder.onstop = resolve
                recorder.stop()
            })
        }
        for (const track of recorder.stream.getTracks()) track.stop()
        window.clearInterval(this.timer)
        this.recorder = null
        this.recording = false
        this.elapsed = 0
        const blob = new Blob(this.pieces, { type: recorder.mimeType })
        this.pieces = []
        return blob.size > 0 && duration_ms > 400 ? { blob, duration_ms } : null
    }
}

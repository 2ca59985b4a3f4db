// EngineError: what the engine says no with. `code` is the core's name of the error, as in
// `mayfly --json`, or one of the engine's own (docs/spec/web.md section 5).
export class EngineError extends Error {
    constructor(
        readonly code: string,
        message: string = code
    ) {
        super(message)
    }
}

// Where rows of different heights lie: the arithmetic of the virtualised list. A height is a guess
// until the row has been measured.

export class Heights {
    private sizes = new Float64Array(64)
    private offsets = new Float64Array(65)
    private known = new Map<string, number>()
    private keys: string[] = []
    private clean = 0

    get count(): number {
        return this.keys.length
    }

    get total(): number {
        return this.offset(this.keys.length)
    }

    // Takes a new list of rows; what was measured before stays measured.
    reset(keys: string[], guess: (index: number) => number): void {
        if (keys.length > this.sizes.length) {
            this.sizes = new Float64Array(keys.length * 2)
            this.offsets = new Float64Array(keys.length * 2 + 1)
        }
        for (let i = 0; i < keys.length; i++) {
            this.sizes[i] = this.known.get(keys[i] as string) ?? guess(i)
        }
        this.keys = keys
        this.clean = 0
    }

    // Says by how much the rows after it move.
    measured(index: number, size: number): number {
        const key = this.keys[index]
        if (key === undefined || size <= 0) return 0
        const change = size - (this.sizes[index] as number)
        this.known.set(key, size)
        if (change !== 0) {
            this.sizes[index] = size
            this.clean = Math.min(this.clean, index)
        }
        return change
    }

    forget(key: string): void {
        this.known.delete(key)
    }

    // Widths have changed: every height is a guess again.
    forget_all(): void {
        this.known.clear()
    }

    offset(index: number): number {
        for (; this.clean < index; this.clean++) {
            const before = this.offsets[this.clean] as number
            this.offsets[this.clean + 1] = before + (this.sizes[this.clean] as number)
        }
        return this.offsets[index] as number
    }

    // The row that a distance from the top falls into.
    at(distance: number): number {
        let low = 0
        let high = this.keys.length
        this.offset(high)
        while (low < high) {
            const middle = (low + high) >> 1
            if ((this.offsets[middle + 1] as number) <= distance) low = middle + 1
            else high = middle
        }
        return Math.min(low, Math.max(0, this.keys.length - 1))
    }

    window(top: number, height: number, extra: number): { first: number; last: number } {
        if (this.keys.length === 0) return { first: 0, last: 0 }
        const first = this.at(Math.max(0, top - extra))
        const last = Math.min(this.keys.length, this.at(top + height + extra) + 1)
        return { first, last }
    }
}

// The page of the FakeEngine. The address says what to begin with: ?lifecycle=empty&scene=week, and
// with &rtl=yes it is written from right to left.
import '../../src/trusted_types'
import { en } from '../../src/i18n/en'
import { start } from '../../src/mount'
import { app } from '../../src/state/app.svelte'
import { nav } from '../../src/state/nav.svelte'
import { prefs } from '../../src/state/prefs.svelte'
import { FakeEngine, fake_known } from './fake_engine'
import { pseudo } from './pseudo.mjs'
import { crowd, scene } from './scene'
import { World } from './world'

const query = new URLSearchParams(location.search)
if (query.get('rtl') === 'yes') {
    const texts = en as Record<string, string>
    for (const key of Object.keys(texts)) texts[key] = pseudo(texts[key] ?? '')
    const root = document.documentElement
    const turn = () => {
        if (root.dir !== 'rtl') root.dir = 'rtl'
    }
    new MutationObserver(turn).observe(root, { attributes: true })
    turn()
}
const lifecycle = (query.get('lifecycle') ?? 'open') as 'open'
const size = Number(query.get('crowd') ?? 0)
const world = size > 0 ? crowd(size) : query.get('scene') === 'week' ? scene() : new World()
const engine = new FakeEngine({ lifecycle, connected: query.get('connected') !== 'no' }, world)
Object.assign(window, { engine, world, nav, app, prefs })
start(engine, fake_known)

import { mount } from 'svelte'
import type { Known } from './api/api'
import App from './App.svelte'
import type { Engine } from './engine/engine'
import { app } from './state/app.svelte'
import './ui/tokens.css'
import './ui/base.css'

export function start(engine: Engine, known?: Known): void {
    app.start(engine, known)
    const target = document.getElementById('app')
    if (target) mount(App, { target })
}

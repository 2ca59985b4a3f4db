import './trusted_types'
import { startEngine } from './engine/engine'
import { start } from './mount'
import { keep_offline } from './offline'

start(startEngine())
void keep_offline()

export { createStoreHandler, type StoreHandler, type StoreHandlerOptions } from './server/store-handler.js';

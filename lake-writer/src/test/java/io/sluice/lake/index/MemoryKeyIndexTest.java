package io.sluice.lake.index;

class MemoryKeyIndexTest extends KeyIndexContract {

    @Override
    KeyIndex open() {
        return new MemoryKeyIndex();
    }
}

"""The words of the page, in Danish and English. The phrases are in the ``.toml`` files, both languages side by side."""

"""What stands out of the heat, found at `nights`: `spots` that are hot or growing, `places` where issues keep coming back."""

"""Photos as phones make them."""

from io import BytesIO

from PIL import ExifTags, Image

RED, BLUE = (200, 20, 20), (20, 20, 200)


def picture(width=400, height=300):
    """Red on the left, blue on the right."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image


def jpeg(width=400, height=300, orientation=1, taken="2021:07:21 09:52:10", seed=0):
    """A JPEG that says where (Suzhou), when and by which phone it was taken; `seed` makes others."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "FICTIVE-PHONE"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "N", 2: (33.0, 38.0, 12.5), 3: "E", 4: (116.0, 57.0, 30.25)}
    )
    if taken:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    image = picture(width, height)
    image.putpixel((0, 0), (seed % 256, seed // 256, 0))
    target = BytesIO()
    image.save(target, "JPEG", quality=95, exif=exif, comment=f"33.6368,116.9584 {seed}".encode())
    return target.getvalue()


def encoded(image, kind):
    """A picture in another format."""
    target = BytesIO()
    image.save(target, kind)
    return target.getvalue()

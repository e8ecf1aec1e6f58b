using System.Runtime.InteropServices;
using System.Text;

namespace MailBackup.Tests.Sources.Maildir;

/// <summary>Makes files whose names are not UTF-8, which .NET itself cannot.</summary>
internal static partial class RawNames
{
    public static void MakeDirectory(string before, byte[] raw, string after)
    {
        var path = Bytes(before, raw, after);
        Assert.Equal(0, mkdir(path, 0x1C0));
    }

    public static void MakeFile(string before, byte[] raw, string after, byte[] content)
    {
        string plain = Path.GetTempFileName();
        File.WriteAllBytes(plain, content);
        Assert.Equal(0, rename(Bytes(plain, [], ""), Bytes(before, raw, after)));
    }

    private static byte[] Bytes(string before, byte[] raw, string after) =>
        [.. Encoding.UTF8.GetBytes(before), .. raw, .. Encoding.UTF8.GetBytes(after), 0];

    [LibraryImport("libc")]
    private static partial int mkdir(byte[] path, uint mode);

    [LibraryImport("libc")]
    private static partial int rename(byte[] from, byte[] to);
}

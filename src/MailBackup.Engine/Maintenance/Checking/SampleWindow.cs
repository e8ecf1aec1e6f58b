using System.Buffers.Binary;
using System.Globalization;
using MailBackup.Model;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// The part of all contents that a sampling check reads: a window on the circle of digests, which goes on with each run that comes to its end. A digest is
/// evenly distributed, so a window of 5 % has about 5 % of the contents, and 20 runs read every one.
/// </summary>
internal sealed class SampleWindow
{
    private const ulong Circle = 1UL << 32;

    private readonly string _file;
    private readonly ulong _start, _width;

    private SampleWindow(string file, ulong start, ulong width) => (_file, _start, _width) = (file, start, width);

    /// <summary>Everything when <paramref name="percent"/> is null. Where the last run stopped is in <c>state/</c>; lost, it begins anew.</summary>
    public static SampleWindow Open(BackupLayout layout, double? percent)
    {
        string file = Path.Combine(layout.State, "check.sample");
        if (percent is not { } share)
        {
            return new SampleWindow(file, 0, Circle);
        }

        ulong start = 0;
        try
        {
            _ = ulong.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out start);
        }
        catch (IOException)
        {
            // The first sample of this path.
        }

        return new SampleWindow(file, start % Circle, Math.Min(Circle, (ulong)Math.Ceiling(Circle * share / 100)));
    }

    public bool IsAll => _width == Circle;

    public bool Has(Digest digest)
    {
        if (IsAll)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[Digest.ByteLength];
        digest.CopyTo(bytes);
        return (BinaryPrimitives.ReadUInt32BigEndian(bytes) + Circle - _start) % Circle < _width;
    }

    /// <summary>The next run begins where this one ended.</summary>
    public void Advance()
    {
        if (!IsAll)
        {
            AtomicFile.Write(DiskFiles.Instance, _file, System.Text.Encoding.ASCII.GetBytes(((_start + _width) % Circle).ToString(CultureInfo.InvariantCulture) + "\n"), sync: false);
        }
    }
}

using System.Runtime.InteropServices;

namespace MailBackup.Cli.Output;

/// <summary>
/// Asks the terminal how wide it is. The console class would first switch the terminal's keypad into another mode, and leave it there.
/// </summary>
internal static partial class TerminalSize
{
    private const nuint GetWindowSize = 0x5413;
    private const int StandardOutput = 1, StandardError = 2;

    /// <summary>Columns, or <see cref="CommandHost.DefaultWidth"/> when that cannot be told.</summary>
    public static int ReadWidth() => Read() is { Columns: > 20 } size ? size.Columns : CommandHost.DefaultWidth;

    /// <summary>Rows, or <see cref="CommandHost.DefaultHeight"/> when that cannot be told.</summary>
    public static int ReadHeight() => Read() is { Rows: > 0 } size ? size.Rows : CommandHost.DefaultHeight;

    private static WindowSize Read()
    {
        foreach (int descriptor in (ReadOnlySpan<int>)[StandardOutput, StandardError])
        {
            if (Control(descriptor, GetWindowSize, out var size) == 0 && size.Columns > 0)
            {
                return size;
            }
        }

        return default;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, out WindowSize size);

    private struct WindowSize
    {
#pragma warning disable CS0649, IDE0044 // The system fills it.
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
#pragma warning restore CS0649, IDE0044
    }
}

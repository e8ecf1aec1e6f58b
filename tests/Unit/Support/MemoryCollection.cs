namespace MailBackup.Tests.Support;

/// <summary>Tests that measure the memory of the process: nothing else may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "Memory";

    /// <summary>
    /// Bytes that what <paramref name="make"/> gives holds: the middle of three looks, since a buffer of a pool that is given up meanwhile would count against one.
    /// </summary>
    public static long BytesOf(Func<object> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        long[] looks = [Once(make), Once(make), Once(make)];
        Array.Sort(looks);
        return looks[1];
    }

    private static long Once(Func<object> make)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        object held = make();
        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(held);
        return after - before;
    }
}
